#include "model/action_head.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "attnviz/core/error.hpp"

namespace attnviz::model {
namespace {

constexpr int kWindowReach = 1;        // patches around the best one that share in the point
constexpr double kMaxLogDistance = 4;  // in patches: up to e^4 of them

// Mean of the rows: [1, dim].
Matrix mean_row(ConstMatrixView x) {
  Matrix mean(1, x.cols());
  for (std::size_t r = 0; r < x.rows(); ++r) {
    for (std::size_t c = 0; c < x.cols(); ++c) mean(0, c) += x(r, c) / static_cast<float>(x.rows());
  }
  return mean;
}

// In input pixels.
Point centre(const PatchGrid& grid, int patch) {
  return {(grid.col_of(patch) + 0.5) * grid.patch_px, (grid.row_of(patch) + 0.5) * grid.patch_px};
}

// The probability inside the window around `best`, and the mean of its patches' centres weighted by it.
std::pair<double, Point> window_mean(const std::vector<float>& p, int best, const PatchGrid& grid) {
  double sum = 0;
  Point point;
  for (int row = grid.row_of(best) - kWindowReach; row <= grid.row_of(best) + kWindowReach; ++row) {
    for (int col = grid.col_of(best) - kWindowReach; col <= grid.col_of(best) + kWindowReach; ++col) {
      if (row < 0 || col < 0 || row >= grid.rows() || col >= grid.cols()) continue;
      const int patch = row * grid.cols() + col;
      const double share = p[static_cast<std::size_t>(patch)];
      const Point at = centre(grid, patch);
      sum += share;
      point.x += share * at.x;
      point.y += share * at.y;
    }
  }
  return {sum, {point.x / sum, point.y / sum}};
}

// The highest probability in a window of patches that lie a patch or more outside of `box`, in input pixels.
double best_outside(std::vector<float> p, Box box, const PatchGrid& grid) {
  const Box grown{box.x0 - grid.patch_px, box.y0 - grid.patch_px, box.x1 + grid.patch_px, box.y1 + grid.patch_px};
  for (int patch = 0; patch < grid.num_patches(); ++patch) {
    if (grown.contains(centre(grid, patch))) p[static_cast<std::size_t>(patch)] = 0;
  }
  const auto best = static_cast<int>(std::ranges::max_element(p) - p.begin());
  return p[static_cast<std::size_t>(best)] > 0 ? window_mean(p, best, grid).first : 0;
}

// A point of the content: a patch at the edge may have its centre in the padding.
Point clip(Point point, const PatchGrid& grid) {
  const double inside = 1e-3;  // of a pixel: the upper bounds are exclusive
  return {std::clamp(point.x, 0.0, grid.content_width - inside),
          std::clamp(point.y, 0.0, grid.content_height - inside)};
}

}  // namespace

ActionHead::ActionHead(const ModelConfig& config, const Weights& weights)
    : query_(weights.linear("action.query", config.dim, config.dim)),
      key_(weights.linear("action.key", config.dim, config.dim)),
      box1_(weights.linear("action.box1", 2 * config.dim, config.dim)),
      box2_(weights.linear("action.box2", config.dim, 4)) {}

std::vector<float> ActionHead::probabilities(ConstMatrixView summary, ConstMatrixView patches,
                                             attention::KeyMask mask) const {
  const Matrix query = query_.forward(summary);  // [1, dim]
  const Matrix key = key_.forward(patches);      // [num_patches, dim]
  const float scale = 1.0f / std::sqrt(static_cast<float>(query.cols()));
  Matrix scores(patches.rows(), 1);
  attention::matmul_transposed(key, query.view(), scores);
  std::vector<float> p(scores.data(), scores.data() + scores.rows());
  for (float& score : p) score *= scale;
  if (!attention::softmax(p, mask)) throw Error(ErrorCode::model, "action", "scores are not finite");
  return p;
}

Box ActionHead::box(ConstMatrixView summary, std::span<const float> token, int best, const PatchGrid& grid) const {
  Matrix joined(1, summary.cols() + token.size());  // [g; v_c]
  std::ranges::copy(summary.row(0), joined.data());
  std::ranges::copy(token, joined.data() + summary.cols());
  const Matrix u = box2_.forward(box1_.forward(joined, attention::Activation::relu));  // [1, 4]
  std::array<double, 4> distance{};                                                    // left, top, right, bottom
  for (std::size_t side = 0; side < distance.size(); ++side) {
    distance[side] = grid.patch_px * std::exp(std::clamp<double>(u(0, side), -kMaxLogDistance, kMaxLogDistance));
  }
  const Point at = centre(grid, best);
  const Box content{0, 0, static_cast<double>(grid.content_width), static_cast<double>(grid.content_height)};
  const Box found =
      intersect({at.x - distance[0], at.y - distance[1], at.x + distance[2], at.y + distance[3]}, content);
  if (found.area() > 0) return found;
  // A tiny box around a centre that lies in the padding: take the patch itself.
  const double half = grid.patch_px / 2.0;
  return intersect({at.x - half, at.y - half, at.x + half, at.y + half}, content);
}

Target ActionHead::run(ConstMatrixView fused, ConstMatrixView patches, attention::KeyMask mask,
                       const PatchGrid& grid) const {
  const Matrix summary = mean_row(fused);
  const std::vector<float> p = probabilities(summary, patches, mask);
  const auto best = static_cast<int>(std::ranges::max_element(p) - p.begin());
  const auto [score, point] = window_mean(p, best, grid);
  const Box input_box = box(summary, patches.row(static_cast<std::size_t>(best)), best, grid);
  Target target;
  target.score = std::min(score, 1.0);
  target.rival = best_outside(p, input_box, grid);
  target.point = grid.to_image(clip(point, grid));
  const Point low = grid.to_image({input_box.x0, input_box.y0});
  const Point high = grid.to_image({input_box.x1, input_box.y1});
  target.box = {low.x, low.y, high.x, high.y};
  return target;
}

}  // namespace attnviz::model
