// Models of every fusion type: whole ones run, broken ones are refused with the key or tensor at fault.
#include <doctest/doctest.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "support/model_refusal.hpp"

using namespace attnviz;
using nlohmann::json;
using test::check_mentions;
using test::refusal;

namespace {

constexpr std::size_t kHeads = 4, kHidden = 24;  // of a tiny model of width 16

// Laid over the tiny model's "fusion" it makes each type with all the tensors that it can have.
std::vector<json> types() {
  std::vector<json> all;
  for (json config : test::fusion_configs(kHeads, kHidden)) {
    config["pool"] = {{"kind", "learned"}};
    if (config["type"] != "concat") config["norm"] = "pre";
    if (config["type"] == "concat") config["layers"] = config["heads"] = nullptr;
    all.push_back(config);
  }
  return all;
}

test::ModelFile model_of(const json& fusion) {
  test::TinyModelOptions options;
  options.fusion = fusion;
  return test::tiny_model(options);
}

void refused(const json& fusion, const std::function<void(json&)>& edit, std::initializer_list<const char*> parts) {
  test::ModelFile file = model_of(fusion);
  file.edit_config([&](json& config) { edit(config["fusion"]); });
  CAPTURE(fusion.dump());
  check_mentions(refusal(file), parts);
}

}  // namespace

TEST_CASE("a model of each type runs from image to target") {
  for (const json& fusion : types()) {
    CAPTURE(fusion.dump());
    const std::string bytes = model_of(fusion).bytes();
    const model::GroundingModel model(arrays::SafeTensors::from_bytes(std::as_bytes(std::span(bytes)), "tiny"));
    CHECK(model.facts().fusion == fusion["type"]);
    CHECK(model.facts().num_layers == 1);
    CHECK(model.facts().num_heads == (fusion["type"] == "concat" ? 1 : kHeads));
    Image image(50, 70);
    for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<std::uint8_t>(i * 37);
    Words words(2);
    words[0].tokens.push_back({"red", 1});
    words[1].tokens.push_back({"cup", 2});
    const model::EncodedImage encoded = model.encode(image, 40);
    const model::Attended attended = model.attend(encoded, {"", words});
    CHECK(attended.target.has_value());
    REQUIRE(attended.maps.front().num_patches == static_cast<std::size_t>(encoded.grid.num_patches()));
    for (std::size_t row = 0; row < attended.maps.front().nothing.size(); ++row) {
      double sum = attended.maps.front().nothing[row];
      for (std::size_t p = 0; p < attended.maps.front().num_patches; ++p) {
        sum += attended.maps.front().weights[row * attended.maps.front().num_patches + p];
      }
      CHECK(sum == doctest::Approx(1.0).epsilon(1e-5));
    }
  }
}

TEST_CASE("each tensor of each type is needed, of its shape, and of numbers") {
  for (const json& fusion : types()) {
    const test::ModelFile whole = model_of(fusion);
    for (const auto& [name, tensor] : whole.tensors) {
      if (!name.starts_with("fusion.")) continue;
      CAPTURE(fusion.dump());
      test::ModelFile broken = whole;
      broken.tensors.erase(name);
      check_mentions(refusal(broken), {name.c_str(), "missing"});
      broken = whole;
      broken.tensors[name].shape.push_back(1);
      check_mentions(refusal(broken), {name.c_str(), "has shape [", "1] where the config needs ["});
      broken = whole;
      broken.set(name, 0, NAN);
      check_mentions(refusal(broken), {name.c_str(), "NaN or infinity"});
    }
  }
}

TEST_CASE("keys of every type that are out of range") {
  for (const json& fusion : types()) {
    refused(fusion, [](json& f) { f["nothing"] = 1; }, {"'fusion.nothing'", "neither true nor false"});
    refused(fusion, [](json& f) { f["pool"] = 2; }, {"'fusion.pool'", "not an object"});
    refused(fusion, [](json& f) { f["pool"]["kind"] = "max"; }, {"'fusion.pool.kind'", "max", "'average', 'learned'"});
    refused(fusion, [](json& f) { f["pool"]["factor"] = 9; }, {"'fusion.pool.factor'", "9", "2 to 8"});
    refused(fusion, [](json& f) { f["ffn"] = -1; }, {"'fusion.ffn'", "-1"});
  }
  refused(types()[1], [](json& f) { f["type"] = "magic"; }, {"'fusion.type'", "'single-stream'"});
  refused(types()[1], [](json& f) { f["type"] = 3; }, {"'fusion.type'"});
}

TEST_CASE("keys of types that attend, and \"concat\", to which they mean nothing") {
  const json top_0 = {{"kind", "top_k"}, {"top_k", 0}}, linear_5 = {{"kind", "linear"}, {"top_k", 5}};
  for (const json& fusion : types()) {
    if (fusion["type"] == "concat") {
      refused(fusion, [](json& f) { f["layers"] = 1; }, {"'fusion.layers'", "nothing to type 'concat'"});
      refused(fusion, [](json& f) { f["norm"] = "pre"; }, {"'fusion.norm'", "nothing to type 'concat'"});
      refused(fusion, [](json& f) { f["attention"] = json::object(); }, {"'fusion.attention'", "nothing to type"});
      continue;
    }
    refused(fusion, [](json& f) { f["heads"] = 3; }, {"'fusion.heads'", "divide"});
    refused(fusion, [](json& f) { f["norm"] = "layer"; }, {"'fusion.norm'", "layer", "'post', 'pre'"});
    refused(fusion, [](json& f) { f["attention"]["kind"] = "hard"; }, {"'fusion.attention.kind'", "hard", "'softmax'"});
    refused(fusion, [](json& f) { f["attention"]["kind"] = "top_k"; }, {"'fusion.attention.top_k'", "missing"});
    refused(fusion, [&](json& f) { f["attention"] = top_0; }, {"'fusion.attention.top_k'", "1 to 65536"});
    refused(fusion, [&](json& f) { f["attention"] = linear_5; },
            {"'fusion.attention.top_k'", "nothing to kind 'linear'"});
  }
}

TEST_CASE("keys of types with latents, which mean nothing to the others that attend") {
  for (const json& fusion : types()) {
    if (fusion["type"] == "perceiver" || fusion["type"] == "gated") {
      refused(fusion, [](json& f) { f["latents"] = 1025; }, {"'fusion.latents'", "1024"});
      refused(fusion, [](json& f) { f.erase("latents"); }, {"'fusion.latents'", "missing"});
      refused(fusion, [](json& f) { f["latent_layers"] = 65; }, {"'fusion.latent_layers'", "64"});
      refused(fusion, [](json& f) { f["latents"] = 6; }, {"fusion.latents", "[5, 16]", "[6, 16]"});
      refused(fusion, [](json& f) { f["latent_layers"] = 2; }, {"fusion.latent_layers.1.", "missing"});
    } else if (fusion["type"] != "concat") {
      refused(fusion, [](json& f) { f["latents"] = 4; }, {"'fusion.latents'", "nothing to type"});
    }
  }
}

TEST_CASE("keys of \"co\", which mean nothing to the others that attend") {
  for (const json& fusion : types()) {
    if (fusion["type"] == "co") {
      refused(fusion, [](json& f) { f["fused"] = "product"; }, {"'fusion.fused'", "product", "'concat', 'sum'"});
    } else if (fusion["type"] != "concat") {
      refused(fusion, [](json& f) { f["fused"] = "sum"; }, {"'fusion.fused'", "nothing to type"});
      refused(fusion, [](json& f) { f["norm"] = "none"; }, {"'fusion.norm'", "none", "'post', 'pre'"});
      refused(fusion, [](json& f) { f["ffn"] = 0; }, {"'fusion.ffn'"});
    }
  }
}
