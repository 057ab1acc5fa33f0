#include <unistd.h>

#include <memory>
#include <string>

#include "app/eval_items.hpp"
#include "app/terminal_io.hpp"
#include "attnviz/app/commands.hpp"
#include "attnviz/app/outputs.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/report/eval_report.hpp"
#include "attnviz/report/report_reader.hpp"

namespace attnviz::app {
namespace {

// "12/74 images" on a terminal, rewritten in place.
void show_progress(std::size_t done, std::size_t count) {
  if (::isatty(STDERR_FILENO) != 1) return;
  notice("\r" + std::to_string(done) + "/" + std::to_string(count) + (done == count ? "\n" : ""));
}

}  // namespace

void run_eval(const EvalOptions& options) {
  if (!options.json_path.empty()) check_file_place(options.json_path);
  const EvalDataset dataset = report::read_dataset(options.dataset_path);
  const std::unique_ptr<model::Model> model = model::load(options.common.model);
  ItemScorer scorer(*model, options, dataset.items);

  EvalSummary summary;
  summary.model = model->facts().name;
  summary.alone = options.alone;
  summary.skipped = dataset.skipped;
  for (std::size_t i = 0; i < dataset.items.size(); ++i) {
    scorer.score(dataset.items[i], summary);
    if (!options.common.quiet) show_progress(i + 1, dataset.items.size());
  }
  if (summary.kinds.empty() && summary.success.count == 0) {
    const std::string why = summary.skipped.empty() ? "it is empty" : summary.skipped.front().reason;
    throw Error(ErrorCode::input, options.dataset_path, "holds no item that can be scored: " + why,
                "give one JSON object a line with image, instruction and targets");
  }
  if (!options.json_path.empty()) write_file(options.json_path, report::to_json(summary));
  print(report::to_text(summary, options.common.language));
}

}  // namespace attnviz::app
