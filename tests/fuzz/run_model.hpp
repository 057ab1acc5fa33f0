// What is done with a model that was loaded: settings that pass the checks must not break the run either.
#pragma once

#include <optional>

#include "attnviz/model/model.hpp"
#include "support/image_files.hpp"

namespace attnviz::test {

inline void run_model(const model::Model& model) {
  static const Image kImage = coordinates_image(24, 17);
  const Instruction instruction = model.read("pick up the red cup 杯子", std::nullopt);
  model.attend(model.encode(kImage, std::nullopt), instruction);
}

}  // namespace attnviz::test
