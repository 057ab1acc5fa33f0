#include "model/config_section.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include "attnviz/core/error.hpp"

namespace attnviz::model {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxKinds = 7;
constexpr std::size_t kMaxNameBytes = 100;

// A value as a complaint shows it.
std::string shown(const json& value) {
  const std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  return text.size() <= 40 ? text : text.substr(0, 40) + "...";
}

}  // namespace

Section::Section(const json& object, std::string path, const std::string& where)
    : object_(object), path_(std::move(path)), where_(where) {
  if (!object.is_object()) complain("", "is not an object");
}

const json& Section::at(const std::string& key) const {
  if (!has(key)) complain(key, "is missing");
  return object_[key];
}

std::size_t Section::number_in(const json& value, const std::string& key, std::size_t lowest,
                               std::size_t highest) const {
  if (!value.is_number_unsigned() || value.get<std::size_t>() < lowest || value.get<std::size_t>() > highest) {
    complain(key, "is " + shown(value) + ", not a whole number from " + std::to_string(lowest) + " to " +
                      std::to_string(highest));
  }
  return value.get<std::size_t>();
}

std::string Section::text(const std::string& key) const {
  const json& value = at(key);
  if (!value.is_string() || value.get<std::string>().size() > kMaxNameBytes) complain(key, "is not a short text");
  const auto& text = value.get_ref<const std::string&>();
  if (std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; })) {
    complain(key, "holds control characters");
  }
  return text;
}

std::string Section::choice(const std::string& key, const std::vector<std::string>& choices) const {
  if (!is_given(key)) return choices.front();
  if (at(key).is_string() && std::ranges::find(choices, at(key).get<std::string>()) != choices.end())
    return at(key).get<std::string>();
  std::string list;
  for (const std::string& choice : choices) list += (list.empty() ? "'" : ", '") + choice + "'";
  complain(key, "is " + shown(at(key)) + ", not one of " + list);
}

bool Section::flag(const std::string& key, bool missing) const {
  if (!is_given(key)) return missing;
  if (!at(key).is_boolean()) complain(key, "is " + shown(at(key)) + ", neither true nor false");
  return at(key).get<bool>();
}

double Section::real_or(const std::string& key, double missing, double lowest, double highest) const {
  if (!is_given(key)) return missing;
  const double value = at(key).is_number() ? at(key).get<double>() : NAN;
  if (!(value >= lowest && value <= highest)) {
    char range[64];
    std::snprintf(range, sizeof range, ", not a number from %g to %g", lowest, highest);
    complain(key, "is " + shown(at(key)) + range);
  }
  return value;
}

double Section::share(const std::string& key) const {
  if (at(key).is_null()) complain(key, "is null, not a number from 0 to 1");
  return real_or(key, NAN, 0, 1);
}

std::array<float, 3> Section::colour(const std::string& key, float above) const {
  const json& value = at(key);
  std::array<float, 3> channels{};
  if (!value.is_array() || value.size() != 3) complain(key, "is not a list of 3 numbers");
  for (std::size_t c = 0; c < 3; ++c) {
    channels[c] = value[c].is_number() ? value[c].get<float>() : NAN;
    if (!(channels[c] > above) || channels[c] > 1e6f) complain(key, "has a number out of range");
  }
  return channels;
}

std::vector<WordKind> Section::kinds(const std::string& key) const {
  std::vector<WordKind> kinds;
  if (!has(key)) return kinds;
  if (!at(key).is_array() || at(key).size() > kMaxKinds) complain(key, "is not a short list of kinds of words");
  for (const json& name : at(key)) {
    const auto kind = name.is_string() ? parse_word_kind(name.get<std::string>()) : std::nullopt;
    if (!kind) complain(key, "holds " + shown(name) + ", which is no kind of word");
    kinds.push_back(*kind);
  }
  return kinds;
}

TransformerConfig Section::transformer(std::size_t dim, std::size_t fewest_layers, std::size_t least_ffn) const {
  TransformerConfig transformer;
  transformer.layers = number("layers", fewest_layers, kMaxLayers);
  transformer.heads = number("heads", 1, kMaxHeads);
  transformer.ffn = number("ffn", least_ffn, 4 * kMaxDim);
  if (dim % transformer.heads != 0) {
    complain("heads", "is " + std::to_string(transformer.heads) + ", which does not divide dim " + std::to_string(dim));
  }
  return transformer;
}

void Section::allow(const std::vector<std::string>& known, const std::vector<std::string>& allowed,
                    const std::string& meaningless_to) const {
  for (const std::string& key : known) {
    if (has(key) && std::ranges::find(allowed, key) == allowed.end()) {
      complain(key, "means nothing to " + meaningless_to);
    }
  }
}

void Section::complain(const std::string& key, const std::string& what) const {
  throw Error(ErrorCode::model, where_, "config: '" + path_of(key) + "' " + what);
}

std::string Section::path_of(const std::string& key) const {
  if (path_.empty() || key.empty()) return path_.empty() && key.empty() ? "config" : path_ + key;
  return path_ + "." + key;
}

}  // namespace attnviz::model
