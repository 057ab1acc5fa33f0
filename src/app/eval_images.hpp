// The images of an evaluation: each is loaded once and encoded once for all models that share encoders.
#pragma once

#include <string>
#include <vector>

#include "attnviz/core/image.hpp"
#include "attnviz/model/model.hpp"

namespace attnviz::app {

class EvalImages {
public:
  struct Encoded {
    const model::Model* model;  // that encoded it
    model::EncodedImage image;
    double ms;  // what encoding took
  };

  // Keeps the last image only: neighbouring lines often share theirs. Valid until the next call. Throws Error (input).
  const Encoded& get(const std::string& path, const model::Model& model);

private:
  std::string path_;  // of image_; empty: none
  Image image_;
  std::vector<Encoded> encoded_;  // one for each set of encoders
};

}  // namespace attnviz::app
