// The tensors "fusion.*" of any fusion configuration, written down from training/FORMAT.md, and strategies made of
// them.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/tensor_file.hpp"

namespace attnviz::test {

class FusionTensors {
public:
  FusionTensors(RandomTensors& random, nlohmann::json config, std::size_t dim)
      : random_(random), config_(std::move(config)), type_(config_.at("type")), dim_(dim) {}

  void add() {
    if (config_.value("nothing", true)) random_.add("fusion.nothing", {1, dim_}, 1.0f);
    if (config_.contains("pool")) add_pool();
    if (pre_norm()) random_.norm("fusion.norm", dim_);
    if (type_ == "concat") return add_concat();
    if (type_ == "single-stream") random_.add("fusion.types", {2, dim_}, 1.0f);
    if (type_ == "perceiver" || type_ == "gated") add_latents();
    if (type_ == "co" && config_.value("fused", "concat") == "concat")
      random_.linear("fusion.joined", {dim_, 2 * dim_});
    for (std::size_t i = 0; i < config_.at("layers").get<std::size_t>(); ++i) {
      add_layer("fusion.layers." + std::to_string(i));
    }
  }

private:
  bool pre_norm() const { return config_.value("norm", "post") == "pre"; }
  std::size_t ffn() const { return config_.at("ffn").get<std::size_t>(); }

  void add_pool() {
    if (config_["pool"].value("kind", "average") != "learned") return;
    const std::size_t factor = config_["pool"].value("factor", std::size_t{2});
    random_.linear("fusion.pool", {dim_, dim_, factor, factor});
  }
  void add_concat() {
    random_.linear("fusion.score.up", {ffn(), 2 * dim_});
    random_.linear("fusion.score.down", {1, ffn()});
    random_.linear("fusion.joined", {dim_, 2 * dim_});
  }
  void add_latents() {
    random_.add("fusion.latents", {config_.at("latents").get<std::size_t>(), dim_}, 1.0f);
    random_.transformer("fusion.read", dim_, ffn());
    for (std::size_t i = 0; i < config_.value("latent_layers", std::size_t{1}); ++i) {
      random_.transformer("fusion.latent_layers." + std::to_string(i), dim_, ffn());
    }
    if (pre_norm()) random_.norm("fusion.latent_norm", dim_);
  }
  void add_layer(const std::string& name) {
    if (type_ == "co") {
      add_side(name + ".lang2vis");
      return add_side(name + ".vis2lang");
    }
    random_.transformer(name, dim_, ffn());
    if (type_ != "gated") return;
    random_.add(name + ".gate1", {1}, 1.0f);
    random_.add(name + ".gate2", {1}, 1.0f);
  }
  void add_side(const std::string& name) {
    const bool norms = config_.value("norm", "post") != "none";
    random_.attention(name, dim_);
    if (norms) random_.norm(name + ".norm1", dim_);
    if (ffn() == 0) return;
    random_.feed_forward(name, dim_, ffn());
    if (norms) random_.norm(name + ".norm2", dim_);
  }

  RandomTensors& random_;
  nlohmann::json config_;
  std::string type_;
  std::size_t dim_;
};

inline void add_fusion(RandomTensors& random, const nlohmann::json& config, std::size_t dim) {
  FusionTensors(random, config, dim).add();
}

// The least that each type needs, of one layer.
inline std::vector<nlohmann::json> fusion_configs(std::size_t heads, std::size_t ffn) {
  const auto config = [&](const char* type, nlohmann::json more = nlohmann::json::object()) {
    nlohmann::json fusion = {{"type", type}, {"layers", 1}, {"heads", heads}, {"ffn", ffn}};
    fusion.merge_patch(more);
    return fusion;
  };
  return {config("concat", {{"layers", nullptr}, {"heads", nullptr}}),
          config("cross"),
          config("co"),
          config("perceiver", {{"latents", 5}}),
          config("gated", {{"latents", 5}}),
          config("single-stream"),
          config("multi-view")};
}

}  // namespace attnviz::test
