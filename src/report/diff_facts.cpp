#include "report/diff_facts.hpp"

#include <cmath>

namespace attnviz::report {
namespace {

std::string patches_of(const Report& report) {
  const PatchGrid& grid = report.main_view().grid;
  return std::to_string(grid.cols()) + " x " + std::to_string(grid.rows());
}

}  // namespace

std::vector<DiffFact> diff_facts(const Report& a, const Report& b) {
  const auto yes = [](const Report& report) { return report.shown.relative ? "yes" : "no"; };
  return {{"image", "图像", a.main_view().image_path, b.main_view().image_path},
          {"instruction", "指令", a.instruction, b.instruction},
          {"model", "模型", a.model.name, b.model.name},
          {"fusion", "融合", a.model.fusion, b.model.fusion},
          {"signal", "信号", a.model.signal, b.model.signal, a.model.signal == ModelFacts().signal},
          {"layers", "层数", std::to_string(a.model.num_layers), std::to_string(b.model.num_layers), true},
          {"heads", "头数", std::to_string(a.model.num_heads), std::to_string(b.model.num_heads), true},
          {"dim", "维度", std::to_string(a.model.model_dim), std::to_string(b.model.model_dim), true},
          {"layer", "层", a.shown.layer, b.shown.layer},
          {"head", "头", a.shown.head, b.shown.head},
          {"relative", "相对", yes(a), yes(b), !a.shown.relative},
          {"patches", "patch", patches_of(a), patches_of(b)},
          {"views", "视角", std::to_string(a.views.size()), std::to_string(b.views.size()), a.views.size() == 1}};
}

std::optional<double> mean_overlap(const ReportComparison& found) {
  double sum = 0, count = 0;
  for (const MapComparison& word : found.views.front().words) {
    if (!word.overlap) continue;
    sum += *word.overlap;
    ++count;
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

double diagonal_of(const PatchGrid& grid) { return std::hypot(grid.image_width, grid.image_height); }

}  // namespace attnviz::report
