#include "report/report_parts.hpp"

#include "report/numbers.hpp"

namespace attnviz::report {

Json box_json(const Box& box) {
  return {round_significant(box.x0), round_significant(box.y0), round_significant(box.x1), round_significant(box.y1)};
}

Json model_json(const ModelFacts& model) {
  return {{"name", model.name},       {"fusion", model.fusion}, {"layers", model.num_layers},
          {"heads", model.num_heads}, {"dim", model.model_dim}, {"patch_px", model.patch_px},
          {"signal", model.signal}};
}

Json target_json(const std::optional<Target>& target) {
  if (!target) return nullptr;
  return {{"point", {round_significant(target->point.x), round_significant(target->point.y)}},
          {"box", box_json(target->box)},
          {"score", round_significant(target->score)}};
}

Json warnings_json(const std::vector<Warning>& warnings) {
  Json out = Json::array();
  for (const Warning& warning : warnings) {
    Json item{{"code", warning.code}, {"message", warning.message}};
    if (warning.word) item["word"] = *warning.word;
    out.push_back(std::move(item));
  }
  return out;
}

}  // namespace attnviz::report
