// Reads keys of one JSON object of a configuration; every complaint names the key with its path. Private to model.
#pragma once

#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "attnviz/core/words.hpp"

namespace attnviz::model {

constexpr std::size_t kMaxDim = 8192, kMaxLayers = 64, kMaxHeads = 128;

struct TransformerConfig {
  std::size_t layers = 0, heads = 0, ffn = 0;
};

// Borrows the JSON and the file's name. Throws Error (model), where = the file's name.
class Section {
public:
  Section(const nlohmann::json& object, std::string path, const std::string& where);

  const std::string& where() const { return where_; }
  bool has(const std::string& key) const { return object_.contains(key); }
  // There, and not null.
  bool is_given(const std::string& key) const { return has(key) && !object_[key].is_null(); }
  const nlohmann::json& at(const std::string& key) const;  // must be there
  Section section(const std::string& key) const { return {at(key), path_of(key), where_}; }

  std::size_t number(const std::string& key, std::size_t lowest, std::size_t highest) const {
    return number_in(at(key), key, lowest, highest);
  }
  std::size_t number_in(const nlohmann::json& value, const std::string& key, std::size_t lowest,
                        std::size_t highest) const;
  // Not given: `missing`.
  std::size_t number_or(const std::string& key, std::size_t missing, std::size_t lowest, std::size_t highest) const {
    return is_given(key) ? number(key, lowest, highest) : missing;
  }
  // Not given: `missing`.
  double real_or(const std::string& key, double missing, double lowest, double highest) const;
  // Short, without control characters: names reach the terminal.
  std::string text(const std::string& key) const;
  // One of `choices`, the first where the key is not given.
  std::string choice(const std::string& key, const std::vector<std::string>& choices) const;
  // Not given: `missing`.
  bool flag(const std::string& key, bool missing) const;
  // From 0 to 1.
  double share(const std::string& key) const;
  std::array<float, 3> colour(const std::string& key, float above) const;
  // Missing: none.
  std::vector<WordKind> kinds(const std::string& key) const;
  // layers, heads (must divide `dim`), ffn.
  TransformerConfig transformer(std::size_t dim, std::size_t fewest_layers, std::size_t least_ffn = 1) const;

  // Complains about the first key of `known` that is there though it is not among `allowed`.
  void allow(const std::vector<std::string>& known, const std::vector<std::string>& allowed,
             const std::string& meaningless_to) const;
  [[noreturn]] void complain(const std::string& key, const std::string& what) const;

private:
  std::string path_of(const std::string& key) const;

  const nlohmann::json& object_;
  std::string path_;
  const std::string& where_;
};

}  // namespace attnviz::model
