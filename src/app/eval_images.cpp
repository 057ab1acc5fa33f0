#include "app/eval_images.hpp"

#include <optional>

#include "attnviz/core/timing.hpp"
#include "attnviz/image/decode.hpp"

namespace attnviz::app {

const EvalImages::Encoded& EvalImages::get(const std::string& path, const model::Model& model) {
  if (path_ != path) {
    path_.clear();
    encoded_.clear();
    image_ = image::load(path);
    path_ = path;
  }
  for (const Encoded& encoded : encoded_) {
    if (model.shares_encoders(*encoded.model)) return encoded;
  }
  const Stopwatch watch;
  model::EncodedImage encoded = model.encode(image_, std::nullopt);
  return encoded_.emplace_back(Encoded{&model, std::move(encoded), watch.elapsed_ms()});
}

}  // namespace attnviz::app
