// Reading JSON that users hand in: bounded, and every complaint names the member. Private to report.
#pragma once

#include <filesystem>
#include <string>

#include "attnviz/core/patch_grid.hpp"
#include "report/json_writer.hpp"

namespace attnviz::report {

// The file's text. Error (input) where it is no file, cannot be read or is larger.
std::string read_text(const std::filesystem::path& path, std::size_t max_bytes);

// All below throw std::runtime_error with a short reason.
Json parse_json(const std::string& text);
// A member of the right type.
const Json& member(const Json& object, const char* name, Json::value_t type, const char* expected);
const Json& object_member(const Json& object, const char* name);
const Json& array_member(const Json& object, const char* name);
std::string string_member(const Json& object, const char* name);
double number_member(const Json& object, const char* name);
// A whole number within these bounds.
int whole_member(const Json& object, const char* name, int lowest, int highest);
// [x0, y0, x1, y1]. `name`: what it is called in complaints.
Box parse_box(const Json& json, const std::string& name);

}  // namespace attnviz::report
