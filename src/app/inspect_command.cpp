#include <limits>
#include <string>

#include "app/terminal_io.hpp"
#include "app/word_choice.hpp"
#include "attnviz/analysis/readout.hpp"
#include "attnviz/app/commands.hpp"
#include "attnviz/report/inspect.hpp"
#include "attnviz/report/report_file.hpp"

namespace attnviz::app {
namespace {

// A report lists a few patches a word; where it has the whole map, as many as are asked for.
void list_more(Report& report, int top_k) {
  for (ViewReading& view : report.views) {
    int most = 0;
    for (int patch = 0; patch < view.grid.num_patches() && most < top_k; ++patch) most += view.grid.has_content(patch);
    for (WordReading& reading : view.readings) {
      if (!reading.heat.empty() && reading.top.size() < static_cast<std::size_t>(most)) {
        reading.top = analysis::top_patches(reading.heat, view.grid, most);
      }
    }
  }
}

}  // namespace

void run_inspect(const InspectOptions& options) {
  const std::string text = report::read_report_text(options.report_path);
  Report report = report::parse_report(text, options.report_path);
  const std::vector<std::size_t> words = chosen_words(report.words, options.word);
  if (options.top_k) list_more(report, *options.top_k);
  const std::size_t top_k =
      options.top_k ? static_cast<std::size_t>(*options.top_k) : std::numeric_limits<std::size_t>::max();
  switch (options.form) {
    case InspectOptions::Form::text:
      print(report::inspect_text(report, words, top_k, {options.common.language, options.colour}));
      break;
    case InspectOptions::Form::json:
      print(report::inspect_json(text, words, top_k));
      break;
    case InspectOptions::Form::csv:
      print(report::inspect_csv(report, words, top_k));
      break;
  }
}

}  // namespace attnviz::app
