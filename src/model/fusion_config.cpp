#include "model/fusion_config.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "attnviz/image/patchify.hpp"

namespace attnviz::model {
namespace {

constexpr std::size_t kMaxLatents = 1024, kMaxPoolFactor = 8;

// The keys of each type beside "type" and "ffn".
const std::map<std::string, std::vector<std::string>>& keys_of_types() {
  static const std::vector<std::string> kAttending{"layers", "heads", "nothing", "pool", "norm", "attention"};
  static const auto with = [](std::vector<std::string> more) {
    more.insert(more.end(), kAttending.begin(), kAttending.end());
    return more;
  };
  static const std::map<std::string, std::vector<std::string>> kKeys{{"concat", {"nothing", "pool"}},
                                                                     {"cross", kAttending},
                                                                     {"co", with({"fused"})},
                                                                     {"perceiver", with({"latents", "latent_layers"})},
                                                                     {"gated", with({"latents", "latent_layers"})},
                                                                     {"single-stream", kAttending},
                                                                     {"multi-view", kAttending}};
  return kKeys;
}

void check_keys(const Section& section, const std::string& type) {
  const auto found = keys_of_types().find(type);
  if (found == keys_of_types().end()) {
    std::string list;
    for (const auto& [name, keys] : keys_of_types()) list += (list.empty() ? "'" : ", '") + name + "'";
    section.complain("type", "is not one of " + list);
  }
  section.allow({"layers", "heads", "nothing", "pool", "norm", "attention", "latents", "latent_layers", "fused"},
                found->second, "type '" + type + "'");
}

attention::AttentionKind parse_attention(const Section& section) {
  using Type = attention::AttentionKind::Type;
  const std::string kind = section.choice("kind", {"softmax", "top_k", "linear"});
  if (kind == "top_k") return {Type::top_k, section.number("top_k", 1, image::kMaxPatches)};
  section.allow({"top_k"}, {}, "kind '" + kind + "'");
  return {kind == "linear" ? Type::linear : Type::softmax, 0};
}

fusion::NormOrder parse_norm(const Section& section, const std::string& type) {
  const bool may_lack = type == "co";
  const std::string norm = section.choice(
      "norm", may_lack ? std::vector<std::string>{"post", "pre", "none"} : std::vector<std::string>{"post", "pre"});
  if (norm == "none") return fusion::NormOrder::none;
  return norm == "pre" ? fusion::NormOrder::pre : fusion::NormOrder::post;
}

}  // namespace

FusionConfig parse_fusion(const Section& section, std::size_t dim) {
  FusionConfig fusion;
  fusion.type = section.text("type");
  check_keys(section, fusion.type);
  if (fusion.type == "concat") {
    static_cast<TransformerConfig&>(fusion) = {1, 1, section.number("ffn", 1, 4 * kMaxDim)};
  } else {
    static_cast<TransformerConfig&>(fusion) = section.transformer(dim, 1, fusion.type == "co" ? 0 : 1);
  }
  fusion.norm = parse_norm(section, fusion.type);
  fusion.nothing = section.flag("nothing", true);
  if (section.has("attention")) fusion.attention = parse_attention(section.section("attention"));
  if (section.has("pool")) {
    const Section pool = section.section("pool");
    fusion.pool_learned = pool.choice("kind", {"average", "learned"}) == "learned";
    fusion.pool_factor = pool.has("factor") ? pool.number("factor", 2, kMaxPoolFactor) : 2;
  }
  if (fusion.type == "perceiver" || fusion.type == "gated") {
    fusion.latents = section.number("latents", 1, kMaxLatents);
    fusion.latent_layers = section.has("latent_layers") ? section.number("latent_layers", 0, kMaxLayers) : 1;
  }
  fusion.joins = section.choice("fused", {"concat", "sum"}) == "concat";
  return fusion;
}

}  // namespace attnviz::model
