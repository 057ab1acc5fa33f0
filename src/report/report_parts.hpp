// Parts of JSON that reports of images and of videos have in common.
#pragma once

#include <optional>
#include <vector>

#include "attnviz/core/report.hpp"
#include "report/json_writer.hpp"

namespace attnviz::report {

Json box_json(const Box& box);
Json model_json(const ModelFacts& model);
Json target_json(const std::optional<Target>& target);  // null where there is none
Json warnings_json(const std::vector<Warning>& warnings);

}  // namespace attnviz::report
