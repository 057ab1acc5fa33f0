#include "model/config.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "attnviz/core/error.hpp"
#include "attnviz/image/patchify.hpp"
#include "model/limited_json.hpp"

namespace attnviz::model {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxKinds = 4;
constexpr std::size_t kMaxDim = 8192, kMaxLayers = 64, kMaxHeads = 128, kMaxBlocks = 64, kMaxWords = 4096;
constexpr std::size_t kMaxKernel = 7, kMaxExpandRatio = 16;
constexpr std::size_t kMaxNameBytes = 100;

// Reads keys of one JSON object; every complaint names the key with its path.
class Section {
public:
  Section(const json& object, std::string path, const std::string& where)
      : object_(object), path_(std::move(path)), where_(where) {
    if (!object.is_object()) complain("", "is not an object");
  }

  const json& at(const std::string& key) const {
    if (!object_.contains(key)) complain(key, "is missing");
    return object_[key];
  }
  Section section(const std::string& key) const { return {at(key), path_of(key), where_}; }

  std::size_t number(const std::string& key, std::size_t lowest, std::size_t highest) const {
    return number_in(at(key), key, lowest, highest);
  }
  std::size_t number_in(const json& value, const std::string& key, std::size_t lowest, std::size_t highest) const {
    if (!value.is_number_unsigned() || value.get<std::size_t>() < lowest || value.get<std::size_t>() > highest) {
      complain(key, "is " + shown(value) + ", not a whole number from " + std::to_string(lowest) + " to " +
                        std::to_string(highest));
    }
    return value.get<std::size_t>();
  }
  std::string text(const std::string& key) const {
    const json& value = at(key);
    if (!value.is_string() || value.get<std::string>().size() > kMaxNameBytes) complain(key, "is not a short text");
    const auto& text = value.get_ref<const std::string&>();
    // Names reach the terminal.
    if (std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; })) {
      complain(key, "holds control characters");
    }
    return text;
  }
  std::array<float, 3> colour(const std::string& key, float above) const {
    const json& value = at(key);
    std::array<float, 3> channels{};
    if (!value.is_array() || value.size() != 3) complain(key, "is not a list of 3 numbers");
    for (std::size_t c = 0; c < 3; ++c) {
      channels[c] = value[c].is_number() ? value[c].get<float>() : NAN;
      if (!(channels[c] > above) || channels[c] > 1e6f) complain(key, "has a number out of range");
    }
    return channels;
  }
  // Missing: none.
  std::vector<WordKind> kinds(const std::string& key) const {
    std::vector<WordKind> kinds;
    if (!object_.contains(key)) return kinds;
    if (!object_[key].is_array() || object_[key].size() > kMaxKinds)
      complain(key, "is not a short list of kinds of words");
    for (const json& name : object_[key]) {
      const auto kind = name.is_string() ? parse_word_kind(name.get<std::string>()) : std::nullopt;
      if (!kind) complain(key, "holds " + shown(name) + ", which is no kind of word");
      kinds.push_back(*kind);
    }
    return kinds;
  }
  [[noreturn]] void complain(const std::string& key, const std::string& what) const {
    throw Error(ErrorCode::model, where_, "config: '" + path_of(key) + "' " + what);
  }

private:
  std::string path_of(const std::string& key) const {
    if (path_.empty() || key.empty()) return path_.empty() && key.empty() ? "config" : path_ + key;
    return path_ + "." + key;
  }
  // A value as a complaint shows it.
  static std::string shown(const json& value) {
    const std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
    return text.size() <= 40 ? text : text.substr(0, 40) + "...";
  }

  const json& object_;
  std::string path_;
  const std::string& where_;
};

std::vector<BlockConfig> parse_blocks(const Section& vision) {
  const json& list = vision.at("blocks");
  if (!list.is_array() || list.empty() || list.size() > kMaxBlocks) {
    vision.complain("blocks", "is not a list of 1 to " + std::to_string(kMaxBlocks) + " blocks");
  }
  std::vector<BlockConfig> blocks;
  for (const json& entry : list) {
    if (!entry.is_array() || entry.size() != 4) {
      vision.complain("blocks", "has an entry that is not [kernel, stride, expand_ratio, out_channels]");
    }
    BlockConfig block;
    block.kernel = vision.number_in(entry[0], "blocks", 1, kMaxKernel);
    block.stride = vision.number_in(entry[1], "blocks", 1, 2);
    block.expand_ratio = vision.number_in(entry[2], "blocks", 1, kMaxExpandRatio);
    block.out_channels = vision.number_in(entry[3], "blocks", 1, kMaxDim);
    blocks.push_back(block);
  }
  return blocks;
}

// The patch tokens need features of stride 16 and, at the end, of stride 32.
void check_strides(const VisionConfig& vision, const Section& section) {
  std::size_t stride = 2;  // the stem's
  bool has_16 = false;
  for (const BlockConfig& block : vision.blocks) {
    stride *= block.stride;
    has_16 = has_16 || stride == 16;
  }
  if (!has_16 || stride != 32) section.complain("blocks", "must pass stride 16 and end at stride 32");
}

VisionConfig parse_vision(const Section& section) {
  if (section.text("trunk") != "efficientnet-lite0") section.complain("trunk", "is not 'efficientnet-lite0'");
  VisionConfig vision;
  vision.patch_px = static_cast<int>(section.number("patch_px", 16, 16));
  vision.patches = static_cast<int>(section.number("patches", image::kMinPatches, image::kMaxPatches));
  vision.mean = section.colour("mean", -1e6f);
  vision.std = section.colour("std", 1e-6f);
  vision.stem = section.number("stem", 1, kMaxDim);
  vision.head = section.number("head", 1, kMaxDim);
  vision.blocks = parse_blocks(section);
  check_strides(vision, section);
  return vision;
}

TransformerConfig parse_transformer(const Section& section, std::size_t dim, std::size_t fewest_layers) {
  TransformerConfig transformer;
  transformer.layers = section.number("layers", fewest_layers, kMaxLayers);
  transformer.heads = section.number("heads", 1, kMaxHeads);
  transformer.ffn = section.number("ffn", 1, 4 * kMaxDim);
  if (dim % transformer.heads != 0) {
    section.complain("heads",
                     "is " + std::to_string(transformer.heads) + ", which does not divide dim " + std::to_string(dim));
  }
  return transformer;
}

// "last", "mean", "max" as allowed, or an index below `count`.
void check_choice(const std::string& choice, const std::vector<std::string>& names, std::size_t count,
                  const std::string& key, const Section& section) {
  if (std::ranges::find(names, choice) != names.end()) return;
  const bool digits =
      !choice.empty() && choice.size() <= 3 && std::ranges::all_of(choice, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || std::stoul(choice) >= count) section.complain(key, "names no weights of this model");
}

}  // namespace

ModelConfig parse_config(const std::string& json_text, const std::string& where) {
  const json document = parse_json(json_text, where, "the config");
  const Section root(document, "", where);
  ModelConfig config;
  config.name = root.text("name");
  config.dim = root.number("dim", 4, kMaxDim);
  if (config.dim % 4 != 0) root.complain("dim", "is not a multiple of 4");
  config.vision = parse_vision(root.section("vision"));
  const Section text = root.section("text");
  config.text = parse_transformer(text, config.dim, 0);
  config.max_words = text.number("max_words", 1, kMaxWords);
  config.apart = text.kinds("apart");
  const Section fusion = root.section("fusion");
  config.fusion_type = fusion.text("type");
  if (config.fusion_type != "cross") fusion.complain("type", "is not 'cross'");
  config.fusion = parse_transformer(fusion, config.dim, 1);
  const Section view = root.section("view");
  config.view = {view.text("layer"), view.text("head")};
  check_choice(config.view.layer, {"last", "mean"}, config.fusion.layers, "layer", view);
  check_choice(config.view.head, {"mean", "max"}, config.fusion.heads, "head", view);
  return config;
}

}  // namespace attnviz::model
