#include "app/attention_archive.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "attnviz/arrays/npz_writer.hpp"
#include "attnviz/core/error.hpp"

namespace attnviz::app {
namespace {

using arrays::ArrayFile;
using arrays::ArrayInfo;

constexpr std::int64_t kMostPixels = 1 << 22;

[[noreturn]] void refuse(const ArrayFile& file, const std::string& what) {
  throw Error(ErrorCode::input, file.path(), what,
              "give an attention.npz as attnviz wrote it, or name an array with --key");
}

const ArrayInfo& array_of(const ArrayFile& file, const std::string& name) {
  const ArrayInfo* info = file.find(name);
  if (info == nullptr) refuse(file, "has no array '" + name + "'");
  return *info;
}

// So many whole numbers that pixels and patches can have.
std::vector<int> facts_of(const ArrayFile& file, const std::string& name, std::size_t count) {
  const std::vector<std::int64_t> numbers = file.read_whole_numbers(array_of(file, name));
  const auto is_absurd = [](std::int64_t number) { return number < -kMostPixels || number > kMostPixels; };
  if (numbers.size() != count || std::ranges::any_of(numbers, is_absurd))
    refuse(file, "has an odd array '" + name + "'");
  return {numbers.begin(), numbers.end()};
}

PatchGrid archived_grid(const ArrayFile& file, std::size_t view, const Image& image) {
  const std::vector<int> shape = facts_of(file, archive_name("grid", view), 2);
  const std::vector<int> content = facts_of(file, archive_name("content", view), 4);
  const std::vector<int> input = facts_of(file, archive_name("input_size", view), 2);
  PatchGrid grid;
  grid.image_width = image.width;
  grid.image_height = image.height;
  grid.input_width = input[0];
  grid.input_height = input[1];
  grid.content_left = content[0];
  grid.content_top = content[1];
  grid.content_width = content[2] - content[0];
  grid.content_height = content[3] - content[1];
  grid.patch_px = shape[1] > 0 ? input[0] / shape[1] : 0;
  if (shape[0] < 1 || grid.patch_px < 1 || grid.content_width < 1 || grid.content_height < 1 ||
      grid.rows() != shape[0] || grid.cols() != shape[1] || !(grid.content_in_input().area() > 0)) {
    refuse(file, "has a grid, content and input that do not fit");
  }
  return grid;
}

void write_view(arrays::NpzWriter& npz, const AttentionMaps& maps, const PatchGrid& grid, std::size_t view) {
  const auto name = [view](const char* array) { return archive_name(array, view); };
  npz.add(name("attention"), {maps.num_layers, maps.num_heads, maps.num_words, maps.num_patches}, maps.weights);
  if (!maps.nothing.empty()) npz.add(name("nothing"), {maps.num_layers, maps.num_heads, maps.num_words}, maps.nothing);
  npz.add(name("grid"), {grid.rows(), grid.cols()});
  npz.add(name("content"), {grid.content_left, grid.content_top, grid.content_left + grid.content_width,
                            grid.content_top + grid.content_height});
  npz.add(name("input_size"), {grid.input_width, grid.input_height});
  npz.add(name("image_size"), {grid.image_width, grid.image_height});
}

}  // namespace

std::string archive_name(const std::string& array, std::size_t view) {
  return array + (view == 0 ? "" : ".view" + std::to_string(view));
}

void write_archive(const JobResult& job, const std::filesystem::path& path) {
  arrays::NpzWriter npz(path);
  std::vector<std::string> words;
  for (const Word& word : job.report.words) words.push_back(word.text);
  npz.add("words", words);
  for (std::size_t i = 0; i < job.maps.size(); ++i) write_view(npz, job.maps[i], job.report.views[i].grid, i);
  npz.finish();
}

bool is_archive(const ArrayFile& file, const LayoutOptions& layout) {
  const auto has = [&file](const char* name) { return file.find(name) != nullptr; };
  return layout.key.empty() && has("attention") && has("words") && has("grid") && has("content") && has("input_size");
}

std::vector<std::string> archived_words(const ArrayFile& file) {
  constexpr std::size_t kMostWords = 64;
  std::vector<std::string> words = file.read_texts(array_of(file, "words"));
  const auto is_empty = [](const std::string& word) { return word.empty(); };
  if (words.empty() || words.size() > kMostWords || std::ranges::any_of(words, is_empty)) {
    refuse(file, "has an odd array 'words'");
  }
  return words;
}

ViewColumns archived_columns(const ArrayFile& file, std::size_t view, const Image& image, const LayoutOptions& layout,
                             std::size_t num_columns) {
  const bool is_placed = !layout.preset.empty() || layout.grid || layout.content || !layout.patches_at.empty();
  if (is_placed) return assign_columns(layout, {image}, num_columns).front();
  const std::vector<int> size = facts_of(file, archive_name("image_size", view), 2);
  if (size[0] != image.width || size[1] != image.height) {
    refuse(file, "is of an image of " + std::to_string(size[0]) + " x " + std::to_string(size[1]) +
                     " pixels, this one has " + std::to_string(image.width) + " x " + std::to_string(image.height));
  }
  ViewColumns columns{arrays::Indices(num_columns), archived_grid(file, view, image)};
  std::iota(columns.columns.begin(), columns.columns.end(), std::size_t{0});
  if (num_columns != static_cast<std::size_t>(columns.grid.num_patches()))
    refuse(file, "has another grid than weights");
  return columns;
}

void read_archived_nothing(const ArrayFile& file, std::size_t view, AttentionMaps& maps) {
  const ArrayInfo* info = file.find(archive_name("nothing", view));
  if (info == nullptr) return;
  if (!info->problem.empty() || info->shape != std::vector{maps.num_layers, maps.num_heads, maps.num_words}) {
    refuse(file, "has an odd array '" + info->name + "'");
  }
  arrays::Slice all{std::vector<std::size_t>(maps.num_layers * maps.num_heads),
                    std::vector<std::size_t>(maps.num_words)};
  std::iota(all.rows.begin(), all.rows.end(), std::size_t{0});
  std::iota(all.columns.begin(), all.columns.end(), std::size_t{0});
  file.read_rows(*info, all, [&](std::size_t, std::span<const float> shares, bool finite) {
    const bool is_share = std::ranges::all_of(shares, [](float share) { return share >= 0 && share <= 1.001F; });
    if (!finite || !is_share) refuse(file, "has an odd array '" + info->name + "'");
    maps.nothing.insert(maps.nothing.end(), shares.begin(), shares.end());
  });
}

}  // namespace attnviz::app
