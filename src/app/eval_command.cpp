#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "app/eval_imported.hpp"
#include "app/eval_items.hpp"
#include "app/terminal_io.hpp"
#include "attnviz/app/commands.hpp"
#include "attnviz/app/outputs.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/report/eval_report.hpp"
#include "attnviz/report/report_reader.hpp"

namespace attnviz::app {
namespace {

constexpr const char* kAllModels = "all";

// "12/74 images" on a terminal, rewritten in place.
void show_progress(std::size_t done, std::size_t count) {
  if (::isatty(STDERR_FILENO) != 1) return;
  notice("\r" + std::to_string(done) + "/" + std::to_string(count) + (done == count ? "\n" : ""));
}

std::vector<std::string> wanted_models(const EvalOptions& options) {
  if (options.common.model != kAllModels) return {options.common.model};
  std::vector<std::string> names;
  for (const model::ModelListing& model : model::list_models()) names.push_back(model.name);
  return names;
}

// One summary a model.
std::vector<EvalSummary> score_models(const EvalDataset& dataset, const EvalOptions& options) {
  const std::vector<std::unique_ptr<model::Model>> models = model::load_all(wanted_models(options));
  std::vector<ItemScorer> scorers;
  scorers.reserve(models.size());
  for (const auto& model : models) scorers.emplace_back(*model, options, dataset);
  EvalImages images;
  for (std::size_t i = 0; i < dataset.items.size(); ++i) {
    for (ItemScorer& scorer : scorers) scorer.score(dataset.items[i], images);
    if (!options.common.quiet) show_progress(i + 1, dataset.items.size());
  }
  std::vector<EvalSummary> summaries;
  summaries.reserve(scorers.size());
  for (const ItemScorer& scorer : scorers) summaries.push_back(scorer.summary());
  return summaries;
}

void check_scored(const EvalSummary& summary, const EvalOptions& options) {
  if (!summary.kinds.empty() || summary.success.count > 0) return;
  const std::string why = summary.skipped.empty() ? "it is empty" : summary.skipped.front().reason;
  throw Error(ErrorCode::input, options.dataset_path, "holds no item that can be scored: " + why,
              "give one JSON object a line with image, instruction and targets");
}

}  // namespace

void run_eval(const EvalOptions& options) {
  if (!options.json_path.empty()) check_file_place(options.json_path);
  const EvalDataset dataset = report::read_dataset(options.dataset_path);
  const bool imported = is_imported(dataset, options);
  const std::vector<EvalSummary> summaries =
      imported ? std::vector{score_imported(dataset, options)} : score_models(dataset, options);
  for (const EvalSummary& summary : summaries) check_scored(summary, options);
  const bool as_table = !imported && options.common.model == kAllModels;
  if (!options.json_path.empty()) {
    write_file(options.json_path, as_table ? report::to_json(summaries) : report::to_json(summaries.front()));
  }
  print(as_table ? report::to_text(summaries, options.common.language)
                 : report::to_text(summaries.front(), options.common.language));
}

}  // namespace attnviz::app
