#include "report/json_writer.hpp"

#include <algorithm>

namespace attnviz::report {
namespace {

std::string on_one_line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool is_flat(const Json& json) {
  return json.empty() ||
         (json.is_array() && std::ranges::all_of(json, [](const Json& item) { return item.is_number(); }));
}

std::string spaced(const Json& numbers) {
  std::string out = "[";
  for (const Json& number : numbers) out += (out.size() > 1 ? ", " : "") + on_one_line(number);
  return out + "]";
}

void write(const Json& json, std::size_t indent, std::string& out) {
  if (!json.is_structured()) {
    out += on_one_line(json);
    return;
  }
  if (is_flat(json)) {
    out += json.is_array() ? spaced(json) : "{}";
    return;
  }
  const std::string inner(indent + 2, ' ');
  out += json.is_object() ? "{" : "[";
  bool is_first = true;
  for (const auto& [key, value] : json.items()) {
    out += (is_first ? "\n" : ",\n") + inner;
    if (json.is_object()) out += on_one_line(key) + ": ";
    write(value, indent + 2, out);
    is_first = false;
  }
  out += "\n" + std::string(indent, ' ') + (json.is_object() ? "}" : "]");
}

}  // namespace

std::string pretty(const Json& json) {
  std::string out;
  write(json, 0, out);
  return out;
}

}  // namespace attnviz::report
