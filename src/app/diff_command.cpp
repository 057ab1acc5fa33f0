#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "app/diff_sheet.hpp"
#include "app/terminal_io.hpp"
#include "app/word_choice.hpp"
#include "attnviz/analysis/compare.hpp"
#include "attnviz/app/commands.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/report/diff_report.hpp"
#include "attnviz/report/report_file.hpp"

namespace attnviz::app {
namespace {

Report read_report(const std::string& path) { return report::parse_report(report::read_report_text(path), path); }

std::string size_text(const PatchGrid& grid) {
  return std::to_string(grid.image_width) + " x " + std::to_string(grid.image_height);
}

void check_sizes(const DiffOptions& options, const Report& a, const Report& b) {
  for (std::size_t i = 0; i < std::min(a.views.size(), b.views.size()); ++i) {
    const std::string in_a = size_text(a.views[i].grid), in_b = size_text(b.views[i].grid);
    if (in_a == in_b) continue;
    std::string what = i == 0 ? "is of an image of " : "has a view " + std::to_string(i) + " of ";
    what += in_b + " pixels, " + options.path_a + " one of ";
    throw Error(ErrorCode::input, options.path_b, what + in_a, "give two reports of one image");
  }
}

// The words that both have, and of these the ones asked for.
WordPairing choose_words(const DiffOptions& options, const Report& a, const Report& b) {
  WordPairing words = analysis::pair_words(a.words, b.words);
  if (words.pairs.empty()) {
    throw Error(ErrorCode::input, options.path_b,
                "has no word in common with " + options.path_a + " ('" + b.instruction + "', '" + a.instruction + "')",
                "give two reports of one instruction");
  }
  if (!options.word) return words;
  const std::vector<std::size_t> chosen = chosen_words(a.words, options.word);
  std::erase_if(words.pairs, [&](const WordPair& pair) { return !std::ranges::binary_search(chosen, pair.a); });
  if (words.pairs.empty()) {
    throw Error(ErrorCode::usage, "--word", "'" + *options.word + "' is in " + options.path_a + " alone",
                "give a word that both have");
  }
  words.only_a.clear();
  words.only_b.clear();
  return words;
}

}  // namespace

void run_diff(const DiffOptions& options) {
  const Report a = read_report(options.path_a), b = read_report(options.path_b);
  check_sizes(options, a, b);
  const ReportComparison found = analysis::compare(a, b, choose_words(options, a, b));
  if (!options.png_path.empty()) write_diff_sheet(options, a, b, found);
  const report::DiffSide side_a{options.path_a, a}, side_b{options.path_b, b};
  print(options.json ? report::diff_json(side_a, side_b, found)
                     : report::diff_text(side_a, side_b, found, {options.common.language, options.colour}));
}

}  // namespace attnviz::app
