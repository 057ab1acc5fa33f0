// What several documents hold, written the same way in each. Private to report.
#pragma once

#include <optional>
#include <vector>

#include "attnviz/core/report.hpp"
#include "report/json_writer.hpp"

namespace attnviz::report {

Json point_json(Point point);
Json box_json(const Box& box);
Json model_json(const ModelFacts& model);
Json grid_json(const PatchGrid& grid);
Json image_json(const ViewReading& view);
Json target_json(const std::optional<Target>& target);  // null where there is none
Json warnings_json(const std::vector<Warning>& warnings);

}  // namespace attnviz::report
