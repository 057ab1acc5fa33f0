#include "app/eval_scores.hpp"

#include <utility>

#include "app/eval_targets.hpp"

namespace attnviz::app {
namespace {

void add(const TargetMap& one, const std::vector<TargetMap>& all, const PatchGrid& grid, KindScores& scores) {
  const double own_mass = analysis::mass(one.heat, one.coverage);
  scores.mass.add(own_mass);
  scores.pointing.add(analysis::pointing(one.heat, one.region, grid));
  scores.iou.add(analysis::half_maximum_iou(one.heat, one.region, grid));
  scores.chance.add(one.region.share_of_image());
  scores.centre.add(one.region.contains({grid.image_width / 2.0, grid.image_height / 2.0}));
  if (one.control) scores.control.add(*one.control);
  for (const TargetMap& other : all) {
    if (other.region == one.region) continue;  // itself, too
    const double other_mass = analysis::mass(other.heat, one.coverage);
    scores.discrimination.add(own_mass > other_mass ? 1.0 : own_mass < other_mass ? 0.0 : 0.5);
  }
}

}  // namespace

std::vector<float> heat_between(const Words& words, const std::vector<std::vector<float>>& maps, std::size_t begin,
                                std::size_t end) {
  std::vector<float> mean;
  float covered = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].byte_end <= begin || words[i].byte_begin >= end) continue;
    mean.resize(maps[i].size());
    for (std::size_t p = 0; p < mean.size(); ++p) mean[p] += maps[i][p];
    covered += 1;
  }
  for (float& weight : mean) weight /= covered;
  return mean;
}

std::optional<TargetMap> map_target(const EvalItem& item, std::size_t index, const Words& words, const PatchGrid& grid,
                                    const std::function<std::vector<float>(std::size_t)>& heat_at,
                                    std::vector<SkippedItem>& skipped) {
  const EvalTarget& target = item.targets[index];
  const std::string name = "'" + target.word + "'";
  const auto skip = [&](std::string reason) {
    skipped.push_back({item.id, std::move(reason)});
    return std::nullopt;
  };
  const std::optional<std::size_t> at = find_word(item, index, words);
  if (!at) return skip(name + " does not occur in the instruction");
  std::vector<float> heat = heat_at(*at);
  if (heat.empty()) return skip(name + " covers no word");
  analysis::Region region = load_region(target.region, grid);
  if (region.area() == 0) return skip("the region of " + name + " holds no pixel of the image");
  std::vector<double> coverage = analysis::patch_coverage(region, grid);
  return TargetMap{&target, *at, std::move(region), std::move(coverage), std::move(heat)};
}

void add_scores(const std::vector<TargetMap>& targets, const PatchGrid& grid,
                std::map<std::string, KindScores>& kinds) {
  for (const TargetMap& one : targets) {
    add(one, targets, grid, kinds[to_string(one.target->kind)]);
    add(one, targets, grid, kinds["all"]);
  }
}

}  // namespace attnviz::app
