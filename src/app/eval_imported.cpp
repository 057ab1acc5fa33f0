#include "app/eval_imported.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "app/attention_import.hpp"
#include "app/eval_scores.hpp"
#include "attnviz/analysis/readout.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/image/decode.hpp"

namespace attnviz::app {
namespace {

// What an item's file holds, or empty: it cannot be used, and the summary says why.
struct ImportedItem {
  Report report;
  std::vector<AttentionMaps> maps;
};

std::optional<ImportedItem> import_item(const EvalItem& item, const EvalOptions& options, EvalSummary& summary) {
  try {
    ImportedItem imported;
    imported.maps = import_attention({item.attention_path, options.layout, item.words}, {image::load(item.image_path)},
                                     imported.report);
    return imported;
  } catch (const Error& error) {
    summary.skipped.push_back({item.id, error.what()});
    return std::nullopt;
  }
}

void score_item(const EvalItem& item, const ImportedItem& imported, const ViewChoice& view, EvalSummary& summary) {
  const PatchGrid& grid = imported.report.main_view().grid;
  const Words& words = imported.report.words;
  const auto maps = analysis::heatmaps(analysis::aggregate(imported.maps.front(), view), grid);
  EvalItem said = item;
  said.instruction = imported.report.instruction;
  std::vector<TargetMap> targets;
  try {
    for (std::size_t i = 0; i < said.targets.size(); ++i) {
      const auto heat_at = [&](std::size_t begin) {
        return heat_between(words, maps, begin, begin + said.targets[i].word.size());
      };
      if (auto map = map_target(said, i, words, grid, heat_at, summary.skipped)) targets.push_back(std::move(*map));
    }
  } catch (const Error& error) {
    summary.skipped.push_back({item.id, error.what()});
    return;
  }
  add_scores(targets, grid, summary.kinds);
}

}  // namespace

bool is_imported(const EvalDataset& dataset, const EvalOptions& options) {
  const auto brings = [](const EvalItem& item) { return !item.attention_path.empty(); };
  const auto count = std::ranges::count_if(dataset.items, brings);
  if (count != 0 && static_cast<std::size_t>(count) != dataset.items.size()) {
    throw Error(ErrorCode::input, options.dataset_path, "has lines with \"attention\" and lines without",
                "score them as two data sets");
  }
  if (count == 0 && options.layout.is_given()) {
    throw Error(ErrorCode::usage, "--preset, --key, --words-at, --patches-at, --grid, --content",
                "are for lines with \"attention\", which the data set has not", "leave them out");
  }
  if (count != 0 && options.alone) {
    throw Error(ErrorCode::usage, "--alone", "does not go with attention from files: the words were asked together",
                "leave it out");
  }
  return count != 0;
}

EvalSummary score_imported(const EvalDataset& dataset, const EvalOptions& options) {
  EvalSummary summary;
  summary.model = options.layout.preset.empty() ? "imported" : options.layout.preset;
  summary.skipped = dataset.skipped;
  ViewChoice view;
  if (options.layer) view.layer = *options.layer;
  if (options.head) view.head = *options.head;
  for (const EvalItem& item : dataset.items) {
    if (const auto imported = import_item(item, options, summary)) score_item(item, *imported, view, summary);
  }
  return summary;
}

}  // namespace attnviz::app
