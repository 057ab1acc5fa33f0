#include "app/job_files.hpp"

#include <cstdio>
#include <optional>
#include <system_error>

#include "app/video_files.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/core/printable.hpp"
#include "attnviz/report/report_reader.hpp"

namespace attnviz::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNameBytes = 80;  // of a word in a file name; the index keeps names apart

std::string numbered(const std::string& begin, std::size_t index, const std::string& word) {
  std::string name;
  for (const char c : printable(word, '_')) {
    const bool starts_character = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (starts_character && name.size() >= kMaxNameBytes) break;
    name += c == '/' ? '_' : c;
  }
  char number[32];
  std::snprintf(number, sizeof number, "%02zu-", index);
  return begin + number + name;
}

std::string with_end(const std::string& name, std::size_t view) {
  return name + (view == 0 ? "" : ".view" + std::to_string(view)) + ".png";
}

// Sheets are known by their names: reports do not list them.
std::vector<std::string> sheets_in(const fs::path& dir) {
  std::vector<std::string> sheets;
  std::error_code error;
  for (fs::directory_iterator entry(dir / "sheets", error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = "sheets/" + entry->path().filename().string();
    const bool is_ours = name.starts_with("sheets/heads-") || name.starts_with("sheets/layers.");
    if (is_ours && name.ends_with(".png")) sheets.push_back(name);
  }
  return sheets;
}

}  // namespace

void refuse_other(const fs::path& dir, const std::string& what) {
  throw Error(ErrorCode::output, dir.string(), "holds the results of another " + what,
              "choose another folder with --out or overwrite with --force");
}

fs::path output_dir(const RunOptions& options) {
  if (!options.out_dir.empty()) return options.out_dir;
  return fs::path("attnviz-out") / fs::path(options.image_path).stem();
}

std::string heatmap_name(std::size_t index, const std::string& word, std::size_t view) {
  return with_end(numbered("words/", index, word), view);
}

std::string heads_sheet_name(std::size_t index, const std::string& word, std::size_t view) {
  return with_end(numbered("sheets/heads-", index, word), view);
}

std::string layers_sheet_name(std::size_t view) { return with_end("sheets/layers", view); }

std::vector<std::string> earlier_files(const fs::path& dir, const RunOptions& options, const std::string& model) {
  std::error_code error;
  if (!options.force && fs::exists(dir / kVideoSummary, error)) refuse_other(dir, "job: a video's");
  const std::optional<report::JobIdentity> earlier = report::read_identity(dir / kReport);
  if (!earlier) return {};
  std::string other;
  if (earlier->instruction != options.instruction) {
    other = "instruction ('" + earlier->instruction + "')";
  } else if (earlier->image_path != options.image_path) {
    other = "image (" + earlier->image_path + ")";
  } else if (earlier->view_paths != options.view_paths) {
    other = "set of views";
  } else if (earlier->model != model) {
    other = "model (" + earlier->model + ")";
  }
  if (!other.empty() && !options.force) refuse_other(dir, other);
  std::vector<std::string> files{kReport, kPage, kArchive};
  if (!earlier->heatmap_files.empty()) files.insert(files.end(), {kOverview, kPatchSheet});
  for (const std::string& file : earlier->heatmap_files) {
    const fs::path name(file);  // a report may have been edited: nothing outside of words/ is ever removed
    if (name.parent_path() == "words" && name.filename() != "..") files.push_back(file);
  }
  for (std::string& sheet : sheets_in(dir)) files.push_back(std::move(sheet));
  return files;
}

}  // namespace attnviz::app
