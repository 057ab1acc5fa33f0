// config.json and preprocessor_config.json of checkpoint folders in the Hugging Face form: what is known of the sizes
// and the pixels. Both leave out what equals the library's defaults, so those stand here, an architecture each.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "attnviz/attention/matmul.hpp"
#include "attnviz/image/resample.hpp"

namespace attnviz::model::checkpoint {

enum class Architecture { clip, chinese_clip, siglip, owlvit, blip, vilt };

// A stack of transformer layers.
struct EncoderConfig {
  std::size_t layers = 0, heads = 0, dim = 0, ffn = 0;
  attention::Activation activation = attention::Activation::gelu;
  double epsilon = 1e-5;  // of LayerNorm
};

struct TextConfig : EncoderConfig {
  std::size_t vocabulary = 0;
  std::size_t positions = 0;    // the longest sequence of tokens
  std::size_t token_types = 0;  // of BERT's embeddings
};

struct ImageConfig : EncoderConfig {
  int image_px = 0, patch_px = 0;

  int side() const { return image_px / patch_px; }  // patches along a side of the images of training
};

struct CheckpointConfig {
  Architecture architecture = Architecture::clip;
  std::string type;  // as the file spells it
  TextConfig text;   // of single-stream models: the one stream
  ImageConfig vision;
  std::size_t projection = 0;  // width that both sides are projected to; 0: not by this model
};

// Throws Error (model), where = the file: an architecture that is not known (the message lists those that are), sizes
// that are absurd or do not fit each other. All that is not there is as in the original library (version 4.57).
CheckpointConfig parse_checkpoint_config(const nlohmann::json& json, const std::string& where);

// Throws Error (model), where = the file: filters, means that cannot be.
image::PixelRule parse_pixel_rule(const nlohmann::json& json, const std::string& where, Architecture architecture);

}  // namespace attnviz::model::checkpoint
