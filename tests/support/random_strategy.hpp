// Fusion strategies with random weights, made as a model file's are.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "model/strategies.hpp"
#include "support/fusion_tensors.hpp"

namespace attnviz::test {

inline std::unique_ptr<fusion::FusionStrategy> read_strategy(const ModelFile& file, const nlohmann::json& config,
                                                             std::size_t dim) {
  const std::string bytes = file.bytes(), name = "m";
  const auto tensors = arrays::SafeTensors::from_bytes(std::as_bytes(std::span(bytes)), name);
  const nlohmann::json as_read = nlohmann::json::parse(config.dump());
  const model::Section section(as_read, "fusion", name);
  return model::read_strategy(model::parse_fusion(section, dim), dim, model::Weights(tensors));
}

inline ModelFile random_fusion_file(const nlohmann::json& config, std::size_t dim) {
  ModelFile file;
  RandomTensors random(file, "F32", 1);
  add_fusion(random, config, dim);
  return file;
}

inline std::unique_ptr<fusion::FusionStrategy> random_strategy(const nlohmann::json& config, std::size_t dim) {
  return read_strategy(random_fusion_file(config, dim), config, dim);
}

}  // namespace attnviz::test
