// What `attnviz diff` says of two reports; what each figure means: core/comparison.hpp.
//
// The JSON, schema "attnviz.diff/1", in this order (numbers of 6 significant digits, places in pixels of the image):
//   schema, attnviz
//   a, b          {report (its path), image {path, width, height}, instruction, model, grid, shown {layer, head,
//                 relative}} as in the reports
//   differ        names of the facts that are not the same in both: "image", "instruction", "model", "fusion",
//                 "signal", "layers", "heads", "dim", "layer", "head", "relative", "patches", "views"
//   overlap       mean over the words' main views, or null
//   words         [{text, a, b (its number in each report), the figures below of the main view,
//                 views: [the figures of each further view that both have]}]
//     compared    "maps", or "listed" where a report has no map and only its listed patches are compared
//     overlap     0..1; "listed": what both have in common at least, or null on different grids
//     peak        {a, b: {patch, point [x, y], weight, rank_in_other or null}, distance, distance_share (of the
//                 image's diagonal)}
//     entropy     {a, b}
//     nothing     {a, b}, null where a model has no "nothing here" slot
//     moved       {share, distance, from {point, box}, to {point, box}} or null: where weight was lost and gained, the
//                 mean place and the box of the cell of the common grid that lost or gained most
//     ranks       [{patch, a: {rank, weight}, b: {rank, weight}}]: the listed patches of both in each; null where a
//                 patch has no weight or is not listed; [] on different grids
//   target        {a, b (as in the reports, or null), distance, distance_share, iou (null where one has none)} or null
//   only_a, only_b  [{index, text}]: words that only one report has
#pragma once

#include <string>

#include "attnviz/core/comparison.hpp"
#include "attnviz/core/report.hpp"
#include "attnviz/report/terminal.hpp"

namespace attnviz::report {

struct DiffSide {
  std::string path;
  const Report& report;
};

// What is the same and what differs in both settings, then a line a word and one about what moved.
std::string diff_text(const DiffSide& a, const DiffSide& b, const ReportComparison& found, const TerminalStyle& style);

std::string diff_json(const DiffSide& a, const DiffSide& b, const ReportComparison& found);

}  // namespace attnviz::report
