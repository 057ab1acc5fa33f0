#include "report/json_parts.hpp"

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

Json grid_json(const PatchGrid& grid) {
  return {{"rows", grid.rows()},
          {"cols", grid.cols()},
          {"input_width", grid.input_width},
          {"input_height", grid.input_height},
          {"content",
           {grid.content_left, grid.content_top, grid.content_left + grid.content_width,
            grid.content_top + grid.content_height}}};
}

Json image_json(const ViewReading& view) {
  return {{"path", view.image_path}, {"width", view.grid.image_width}, {"height", view.grid.image_height}};
}

Json point_json(Point point) { return {round_significant(point.x), round_significant(point.y)}; }

Json target_json(const std::optional<Target>& target) {
  if (!target) return nullptr;
  return {{"point", point_json(target->point)},
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
