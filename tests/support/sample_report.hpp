// A small report with something of everything, for the tests that write one.
#pragma once

#include "attnviz/core/report.hpp"

namespace attnviz::test {

// Three words: 拿起 (known), 红色 (known, function word looking at nothing), "cups" (unknown, read as cup).
inline Report sample_report() {
  Report report;
  report.main_view().image_path = "photos/a.png";
  report.instruction = "拿起红色cups";
  report.model = {"base", "cross-2", "cross-attention", 2, 8, 192, 16};
  report.main_view().grid = {.image_width = 640,
                             .image_height = 480,
                             .input_width = 320,
                             .input_height = 256,
                             .content_width = 320,
                             .content_height = 240,
                             .patch_px = 16};
  report.words = {
      {"拿起", 0, 6, {{"拿起", 4}}, true, WordKind::verb},
      {"红色", 6, 12, {{"红色", 5}}, true, WordKind::other},
      {"cups", 12, 16, {{"cup", 6}, {"[UNK]", 0}}, false, std::nullopt},
  };
  const Box box{0, 32, 32.123456, 64};
  report.main_view().readings = {
      {{}, 0.5, 0.25, 0, {{1, 20, 1, 0, 0.8034567, 0.8034567, box}, {2, 3, 0, 3, 0.07, 0.8734567, box}}},
      {{}, 1.0 / 3, 0.625, 0.125, {{1, 17, 0, 17, 1, 1, box}}},
      {{}, 0, std::nullopt, 0, {{1, 0, 0, 0, 1e-7, 1e-7, box}}},
  };
  report.target = Target{{16.25, 47.75}, {1, 2, 30, 64}, 0.8349};
  report.warnings = {{"unknown-word", "'cups' is not in the model's vocabulary", 2, ""},
                     {"no-font", "no font", {}, ""}};
  report.main_view().heatmap_files = {"words/00-拿起.png", "words/01-红色.png", ""};
  report.timing = {1.23456789, 20, 3.5, 4, 5, 33.7345678};
  return report;
}

}  // namespace attnviz::test
