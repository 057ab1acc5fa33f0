#include "model/config.hpp"

#include <algorithm>
#include <utility>

#include "arrays/limited_json.hpp"
#include "attnviz/image/patchify.hpp"

namespace attnviz::model {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxBlocks = 64, kMaxWords = 4096;
constexpr std::size_t kMaxKernel = 7, kMaxExpandRatio = 16;

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

PatchRange parse_patches(const Section& section) {
  const json& list = section.at("patches");
  if (!list.is_array() || list.size() != 2) section.complain("patches", "is not [least, most]");
  const auto bound = [&](std::size_t i, int lowest) {
    return static_cast<int>(
        section.number_in(list[i], "patches", static_cast<std::size_t>(lowest), image::kMaxPatches));
  };
  const int least = bound(0, image::kMinPatches);
  return {least, bound(1, least)};
}

VisionConfig parse_vision(const Section& section) {
  if (section.text("trunk") != "efficientnet-lite0") section.complain("trunk", "is not 'efficientnet-lite0'");
  VisionConfig vision;
  vision.patch_px = static_cast<int>(section.number("patch_px", 16, 16));
  vision.patches = parse_patches(section);
  vision.mean = section.colour("mean", -1e6f);
  vision.std = section.colour("std", 1e-6f);
  vision.stem = section.number("stem", 1, kMaxDim);
  vision.head = section.number("head", 1, kMaxDim);
  vision.blocks = parse_blocks(section);
  check_strides(vision, section);
  if (section.has("mixers")) vision.mixers = section.number("mixers", 0, kMaxLayers);
  return vision;
}

// "last", "mean", "max" as allowed, or an index below `count`.
void check_choice(const std::string& choice, const std::vector<std::string>& names, std::size_t count,
                  const std::string& key, const Section& section) {
  if (std::ranges::find(names, choice) != names.end()) return;
  const bool digits =
      !choice.empty() && choice.size() <= 3 && std::ranges::all_of(choice, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || std::stoul(choice) >= count) section.complain(key, "names no weights of this model");
}

// A few hexadecimal digits.
std::string parse_id(const Section& section) {
  std::string id = section.text("id");
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (id.empty() || !std::ranges::all_of(id, is_hex)) section.complain("id", "is not of digits and a to f");
  return id;
}

// The name becomes a file's name.
SharedEncoders parse_shared_encoders(const Section& section) {
  SharedEncoders encoders{section.text("model"), parse_id(section)};
  const bool is_name = !encoders.model.empty() && encoders.model.find('/') == std::string::npos;
  if (!is_name) section.complain("model", "is not a model's name");
  return encoders;
}

// What a file with encoders of its own says of them.
void parse_own_encoders(const Section& root, ModelConfig& config) {
  if (root.has("id")) config.id = parse_id(root);
  config.vision = parse_vision(root.section("vision"));
  const Section text = root.section("text");
  config.text = text.transformer(config.dim, 0);
  config.max_words = text.number("max_words", 1, kMaxWords);
  config.apart = text.kinds("apart");
}

// Missing keys keep their defaults.
Honesty parse_honesty(const Section& section) {
  Honesty honesty;
  for (const auto& [key, value] : {std::pair{"nothing", &honesty.nothing},
                                   {"diffuse", &honesty.diffuse},
                                   {"heads", &honesty.heads},
                                   {"target", &honesty.target},
                                   {"rival", &honesty.rival}}) {
    if (section.has(key)) *value = section.share(key);
  }
  return honesty;
}

}  // namespace

ModelConfig parse_config(const std::string& json_text, const std::string& where) {
  const json document = arrays::parse_json(json_text, {where}, "the config");
  const Section root(document, "", where);
  ModelConfig config;
  config.name = root.text("name");
  config.dim = root.number("dim", 4, kMaxDim);
  if (config.dim % 4 != 0) root.complain("dim", "is not a multiple of 4");
  if (root.has("encoders")) {
    root.allow({"id", "vision", "text"}, {}, "a model that takes its encoders from another");
    config.encoders = parse_shared_encoders(root.section("encoders"));
  } else {
    parse_own_encoders(root, config);
  }
  config.fusion = parse_fusion(root.section("fusion"), config.dim);
  const Section view = root.section("view");
  config.view = {view.text("layer"), view.text("head")};
  check_choice(config.view.layer, {"last", "mean"}, config.fusion.layers, "layer", view);
  check_choice(config.view.head, {"mean", "max"}, config.fusion.heads, "head", view);
  if (root.has("honesty")) config.honesty = parse_honesty(root.section("honesty"));
  return config;
}

}  // namespace attnviz::model
