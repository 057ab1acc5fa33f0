#include "model/checkpoint/config.hpp"

#include <array>
#include <map>
#include <utility>
#include <vector>

#include "attnviz/core/error.hpp"
#include "model/config_section.hpp"

namespace attnviz::model::checkpoint {
namespace {

using attention::Activation;
using nlohmann::json;

constexpr std::size_t kMaxVocabulary = std::size_t{1} << 20, kMaxPositions = 4096, kMaxImagePx = 4096;

// What the original library takes where the files are silent.
constexpr std::array<float, 3> kHalf{0.5F, 0.5F, 0.5F}, kClipMean{0.48145466F, 0.4578275F, 0.40821073F},
    kClipStd{0.26862954F, 0.26130258F, 0.27577711F};

struct Defaults {
  Architecture architecture;
  TextConfig text;
  ImageConfig vision;
};

const std::map<std::string, Defaults>& known_types() {
  constexpr auto kQuick = Activation::quick_gelu;
  constexpr auto kGelu = Activation::gelu;
  constexpr auto kTanh = Activation::gelu_tanh;
  const EncoderConfig base{12, 12, 768, 3072, kGelu, 1e-12};
  const EncoderConfig small_text{12, 8, 512, 2048, kQuick, 1e-5}, vision{12, 12, 768, 3072, kQuick, 1e-5};
  const EncoderConfig siglip{12, 12, 768, 3072, kTanh, 1e-6}, blip_text{12, 8, 768, 3072, kGelu, 1e-12};
  const EncoderConfig blip_vision{12, 12, 768, 3072, kGelu, 1e-5};
  static const std::map<std::string, Defaults> kTypes{
      {"clip", {Architecture::clip, {small_text, 49408, 77, 0}, {vision, 224, 32}}},
      {"chinese_clip", {Architecture::chinese_clip, {base, 30522, 512, 2}, {vision, 224, 32}}},
      {"siglip", {Architecture::siglip, {siglip, 32000, 64, 0}, {siglip, 224, 16}}},
      {"owlvit", {Architecture::owlvit, {small_text, 49408, 16, 0}, {vision, 768, 32}}},
      {"blip", {Architecture::blip, {blip_text, 30524, 512, 0}, {blip_vision, 384, 16}}},
      {"vilt", {Architecture::vilt, {base, 30522, 40, 2}, {base, 384, 32}}}};
  return kTypes;
}

Activation read_activation(const Section& section, Activation missing) {
  static const std::vector<std::pair<std::string, Activation>> kNames{{"gelu", Activation::gelu},
                                                                      {"quick_gelu", Activation::quick_gelu},
                                                                      {"gelu_new", Activation::gelu_tanh},
                                                                      {"gelu_pytorch_tanh", Activation::gelu_tanh},
                                                                      {"relu", Activation::relu}};
  if (!section.is_given("hidden_act")) return missing;
  std::vector<std::string> names;
  names.reserve(kNames.size());
  for (const auto& [name, activation] : kNames) names.push_back(name);
  const std::string chosen = section.choice("hidden_act", names);
  for (const auto& [name, activation] : kNames) {
    if (name == chosen) return activation;
  }
  return missing;
}

void read_encoder(const Section& section, EncoderConfig& config) {
  config.dim = section.number_or("hidden_size", config.dim, 1, kMaxDim);
  config.ffn = section.number_or("intermediate_size", config.ffn, 1, 4 * kMaxDim);
  config.layers = section.number_or("num_hidden_layers", config.layers, 1, kMaxLayers);
  config.heads = section.number_or("num_attention_heads", config.heads, 1, kMaxHeads);
  config.activation = read_activation(section, config.activation);
  config.epsilon = section.real_or("layer_norm_eps", config.epsilon, 0, 1);
  if (config.dim % config.heads != 0) {
    section.complain("num_attention_heads", "is " + std::to_string(config.heads) + ", which does not divide " +
                                                std::to_string(config.dim) + " (hidden_size)");
  }
}

void read_text(const Section& section, TextConfig& config) {
  read_encoder(section, config);
  config.vocabulary = section.number_or("vocab_size", config.vocabulary, 1, kMaxVocabulary);
  config.positions = section.number_or("max_position_embeddings", config.positions, 2, kMaxPositions);
  if (config.token_types > 0) config.token_types = section.number_or("type_vocab_size", config.token_types, 1, 16);
  if (section.is_given("position_embedding_type")) section.choice("position_embedding_type", {"absolute"});
}

void read_vision(const Section& section, ImageConfig& config) {
  read_encoder(section, config);
  config.image_px =
      static_cast<int>(section.number_or("image_size", static_cast<std::size_t>(config.image_px), 1, kMaxImagePx));
  config.patch_px =
      static_cast<int>(section.number_or("patch_size", static_cast<std::size_t>(config.patch_px), 1, kMaxImagePx));
  section.number_or("num_channels", 3, 3, 3);
  if (config.image_px < config.patch_px) section.complain("image_size", "is less than a patch");
}

// A part that is not there is all defaults.
Section part(const Section& whole, const std::string& key) {
  static const json kNothing = json::object();
  return whole.is_given(key) ? whole.section(key) : Section(kNothing, key, whole.where());
}

// CLIP's older configurations say a part twice; the original takes the second, and its own defaults for the rest.
Section side(const Section& whole, const std::string& key) {
  return part(whole, whole.is_given(key + "_dict") ? key + "_dict" : key);
}

void complain_of_widths(const Section& section, const std::string& key, std::size_t width, const std::string& other,
                        std::size_t wanted) {
  if (width == wanted) return;
  section.complain(key, "is " + std::to_string(width) + ", but " + other + " is " + std::to_string(wanted) +
                            ": words and patches cannot be compared");
}

std::size_t read_projection(const Section& whole, const CheckpointConfig& config) {
  switch (config.architecture) {
    case Architecture::clip:
    case Architecture::chinese_clip:
      return whole.number_or("projection_dim", 512, 1, kMaxDim);
    case Architecture::owlvit: {  // its head makes patches as wide as the text's layers
      const std::size_t width = whole.number_or("projection_dim", 512, 1, kMaxDim);
      complain_of_widths(whole, "projection_dim", width, "text_config.hidden_size", config.text.dim);
      return width;
    }
    case Architecture::siglip: {  // the text is projected to the width of the image's side
      const Section text = part(whole, "text_config");
      const std::size_t width = text.number_or("projection_size", config.text.dim, 1, kMaxDim);
      complain_of_widths(text, "projection_size", width, "vision_config.hidden_size", config.vision.dim);
      return width;
    }
    case Architecture::blip:
    case Architecture::vilt:
      break;
  }
  return 0;
}

[[noreturn]] void refuse_type(const std::string& type, const std::string& where) {
  std::string list;
  for (const auto& [name, defaults] : known_types()) list.append(list.empty() ? "" : ", ").append(name);
  throw Error(ErrorCode::model, where, "model_type '" + type + "' is not supported", "supported are " + list);
}

}  // namespace

CheckpointConfig parse_checkpoint_config(const json& json, const std::string& where) {
  const Section whole(json, "", where);
  const std::string type = whole.text("model_type");
  const auto known = known_types().find(type);
  if (known == known_types().end()) refuse_type(type, where);
  CheckpointConfig config{known->second.architecture, type, known->second.text, known->second.vision, 0};
  if (config.architecture == Architecture::vilt) {
    read_text(whole, config.text);
    read_vision(whole, config.vision);
    if (!whole.flag("qkv_bias", true)) whole.complain("qkv_bias", "is false, which is not supported");
  } else {
    const bool says_twice =
        config.architecture == Architecture::clip || config.architecture == Architecture::chinese_clip;
    read_text(says_twice ? side(whole, "text_config") : part(whole, "text_config"), config.text);
    read_vision(says_twice ? side(whole, "vision_config") : part(whole, "vision_config"), config.vision);
  }
  config.projection = read_projection(whole, config);
  return config;
}

image::PixelRule parse_pixel_rule(const json& json, const std::string& where, Architecture architecture) {
  const Section section(json, "", where);
  image::PixelRule rule;
  switch (section.number_or("resample", 3, 1, 3)) {  // as Pillow numbers them
    case 1:
      rule.filter = image::Filter::lanczos;
      break;
    case 2:
      rule.filter = image::Filter::bilinear;
      break;
    default:
      rule.filter = image::Filter::bicubic;
  }
  if (section.flag("do_rescale", true)) {
    rule.scale = static_cast<float>(section.real_or("rescale_factor", 1.0 / 255, 0, 1));
  } else {
    rule.scale = 1;
  }
  if (section.flag("do_normalize", true)) {
    const bool is_plain = architecture == Architecture::siglip || architecture == Architecture::vilt;
    rule.mean = section.is_given("image_mean") ? section.colour("image_mean", -1e6F) : is_plain ? kHalf : kClipMean;
    rule.std = section.is_given("image_std") ? section.colour("image_std", 0) : is_plain ? kHalf : kClipStd;
  }
  return rule;
}

}  // namespace attnviz::model::checkpoint
