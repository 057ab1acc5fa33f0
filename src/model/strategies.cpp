#include "model/strategies.hpp"

#include <cmath>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/fusion/strategies.hpp"

namespace attnviz::model {
namespace {

using fusion::AttentionSublayer;
using fusion::CrossModalTransformerBlock;
using fusion::FeedForwardSublayer;
using fusion::NormOrder;
using fusion::Residual;
using Strategy = std::unique_ptr<fusion::FusionStrategy>;

// The parts that types share, read by name.
class PartReader {
public:
  PartReader(const FusionConfig& config, std::size_t dim, const Weights& weights)
      : config_(config), dim_(dim), weights_(weights) {}

  const FusionConfig& config() const { return config_; }
  Matrix matrix(const std::string& name, std::size_t rows) const { return weights_.matrix(name, rows, dim_); }
  attention::Linear linear(const std::string& name, std::size_t in, std::size_t out) const {
    return weights_.linear(name, in, out);
  }
  std::size_t dim() const { return dim_; }

  // name.attention, name.norm1 and, where gated, name.gate1
  AttentionSublayer attention(const std::string& name) const {
    return {weights_.attention(name + ".attention", dim_, config_.heads, config_.attention), residual(name, "1"), name};
  }
  // name.ffn, name.norm2 and, where gated, name.gate2
  FeedForwardSublayer feed_forward(const std::string& name) const {
    return {weights_.feed_forward(name + ".ffn", dim_, config_.ffn), residual(name, "2"), name};
  }
  CrossModalTransformerBlock block(const std::string& name) const {
    return {attention(name), feed_forward(name), name};
  }
  // name.0, name.1, ...
  std::vector<CrossModalTransformerBlock> blocks(const std::string& name, std::size_t count) const {
    std::vector<CrossModalTransformerBlock> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(block(name + "." + std::to_string(i)));
    return all;
  }
  fusion::CrossModalFusionNetwork network() const {
    return fusion::CrossModalFusionNetwork(blocks("fusion.layers", config_.layers));
  }
  // A stack of pre-norm layers ends with a LayerNorm of its own; any other is normalised already.
  std::optional<fusion::LayerNorm> last_norm(const std::string& name) const {
    return config_.norm == NormOrder::pre ? std::optional(weights_.norm(name, dim_)) : std::nullopt;
  }
  fusion::StrategyParts parts() const {
    fusion::StrategyParts parts;
    if (config_.pool_factor > 1) parts.pool = pool();
    if (config_.nothing) parts.nothing = matrix("fusion.nothing", 1);
    parts.norm_out = last_norm("fusion.norm");
    return parts;
  }

private:
  Residual residual(const std::string& name, const std::string& which) const {
    if (config_.norm == NormOrder::none) return {};
    const bool gated = config_.type == "gated" && name.starts_with("fusion.layers.");
    return {config_.norm, weights_.norm(name + ".norm" + which, dim_),
            gated ? std::tanh(weights_.scalar(name + ".gate" + which)) : 1.0f};
  }
  fusion::SpatialDownsampler pool() const {
    const std::size_t factor = config_.pool_factor;
    if (!config_.pool_learned) return fusion::SpatialDownsampler(factor);
    const std::string name = "fusion.pool";
    const std::vector<float> kernel = weights_.values(name + ".weight", {dim_, dim_, factor, factor});
    const std::vector<float> bias = weights_.values(name + ".bias", {dim_});
    return {factor, attention::Linear({{kernel.data(), dim_, dim_ * factor * factor}, bias}), name};
  }

  const FusionConfig& config_;
  std::size_t dim_;
  const Weights& weights_;
};

Strategy read_concat(const PartReader& read) {
  const std::size_t dim = read.dim(), hidden = read.config().ffn;
  return std::make_unique<fusion::ConcatFusion>(read.linear("fusion.score.up", 2 * dim, hidden),
                                                read.linear("fusion.score.down", hidden, 1),
                                                read.linear("fusion.joined", 2 * dim, dim), read.parts());
}

Strategy read_cross(const PartReader& read) {
  return std::make_unique<fusion::CrossFusion>(read.network(), read.parts());
}

Strategy read_multi_view(const PartReader& read) {
  return std::make_unique<fusion::MultiViewFusion>(read.network(), read.parts());
}

Strategy read_co(const PartReader& read) {
  std::vector<fusion::CoFusion::Layer> layers;
  for (std::size_t i = 0; i < read.config().layers; ++i) {
    const std::string name = "fusion.layers." + std::to_string(i);
    const auto ffn = [&](const std::string& side) {
      return read.config().ffn > 0 ? std::optional(read.feed_forward(side)) : std::nullopt;
    };
    layers.push_back({{read.attention(name + ".lang2vis"), read.attention(name + ".vis2lang")},
                      ffn(name + ".lang2vis"),
                      ffn(name + ".vis2lang")});
  }
  std::optional<attention::Linear> joined;
  if (read.config().joins) joined = read.linear("fusion.joined", 2 * read.dim(), read.dim());
  return std::make_unique<fusion::CoFusion>(std::move(layers), std::move(joined), read.parts());
}

fusion::PerceiverResampler read_resampler(const PartReader& read) {
  return {read.matrix("fusion.latents", read.config().latents), read.block("fusion.read"),
          read.blocks("fusion.latent_layers", read.config().latent_layers), read.last_norm("fusion.latent_norm")};
}

Strategy read_perceiver(const PartReader& read) {
  return std::make_unique<fusion::PerceiverFusion>(read_resampler(read), read.network(), read.parts());
}

Strategy read_gated(const PartReader& read) {
  return std::make_unique<fusion::GatedFusion>(read_resampler(read), read.network(), read.parts());
}

Strategy read_single_stream(const PartReader& read) {
  return std::make_unique<fusion::SingleStreamFusion>(read.matrix("fusion.types", 2),
                                                      read.blocks("fusion.layers", read.config().layers), read.parts());
}

}  // namespace

Strategy read_strategy(const FusionConfig& config, std::size_t dim, const Weights& weights) {
  static const std::map<std::string, Strategy (*)(const PartReader&)> kReaders{
      {"concat", read_concat},        {"cross", read_cross}, {"co", read_co},
      {"perceiver", read_perceiver},  {"gated", read_gated}, {"single-stream", read_single_stream},
      {"multi-view", read_multi_view}};
  const auto reader = kReaders.find(config.type);
  if (reader == kReaders.end()) throw std::logic_error("read_strategy: a type that no configuration has");
  return reader->second(PartReader(config, dim, weights));
}

}  // namespace attnviz::model
