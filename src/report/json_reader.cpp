#include "report/json_reader.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "attnviz/core/error.hpp"
#include "attnviz/core/json_depth.hpp"

namespace attnviz::report {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 64;

[[noreturn]] void complain(const char* name, const std::string& what) {
  throw std::runtime_error("\"" + std::string(name) + "\" " + what);
}

const Json& any_member(const Json& object, const char* name) {
  if (!object.is_object()) throw std::runtime_error("not an object");
  const auto found = object.find(name);
  if (found == object.end()) complain(name, "is missing");
  return *found;
}

}  // namespace

std::string read_text(const fs::path& path, std::size_t max_bytes) {
  std::error_code error;
  if (!fs::exists(path, error)) throw Error(ErrorCode::input, path.string(), "no such file");
  if (fs::is_directory(path, error)) {
    throw Error(ErrorCode::input, path.string(), "is a folder", "give the report.json in it");
  }
  if (!fs::is_regular_file(path, error)) throw Error(ErrorCode::input, path.string(), "is not a file");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorCode::input, path.string(), "cannot be read");
  // Not by the size that the system says: some files have none, others grow.
  std::string text;
  std::vector<char> part(std::size_t{1} << 16);
  while (file.read(part.data(), static_cast<std::streamsize>(part.size())), file.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > max_bytes) {
      throw Error(ErrorCode::input, path.string(), "is larger than " + std::to_string(max_bytes >> 20) + " MiB");
    }
  }
  return text;
}

Json parse_json(const std::string& text) {
  if (nests_deeper_than(kMaxDepth, text)) throw std::runtime_error("nested too deeply");
  try {
    return Json::parse(text);
  } catch (const Json::exception&) {
    throw std::runtime_error("not valid JSON");
  }
}

const Json& member(const Json& object, const char* name, Json::value_t type, const char* expected) {
  const Json& found = any_member(object, name);
  if (found.type() != type) complain(name, std::string("is not ") + expected);
  return found;
}

const Json& object_member(const Json& object, const char* name) {
  return member(object, name, Json::value_t::object, "an object");
}

const Json& array_member(const Json& object, const char* name) {
  return member(object, name, Json::value_t::array, "an array");
}

std::string string_member(const Json& object, const char* name) {
  return member(object, name, Json::value_t::string, "a string").get<std::string>();
}

double number_member(const Json& object, const char* name) {
  const Json& found = any_member(object, name);
  if (!found.is_number()) complain(name, "is not a number");
  return found.get<double>();
}

int whole_member(const Json& object, const char* name, int lowest, int highest) {
  const double value = number_member(object, name);
  if (!(value >= lowest && value <= highest) || value != static_cast<int>(value)) {
    complain(name, "is not a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
  return static_cast<int>(value);
}

Box parse_box(const Json& json, const std::string& name) {
  const bool fits = json.is_array() && json.size() == 4 &&
                    std::ranges::all_of(json, [](const Json& number) { return number.is_number(); });
  if (!fits) throw std::runtime_error(name + " is not [x0, y0, x1, y1]");
  return {json[0].get<double>(), json[1].get<double>(), json[2].get<double>(), json[3].get<double>()};
}

}  // namespace attnviz::report
