// Models that take their encoders from another model: what they share, and what is refused.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>

#include "attnviz/core/error.hpp"
#include "attnviz/model/model.hpp"
#include "support/fixture.hpp"
#include "support/model_file.hpp"
#include "support/model_refusal.hpp"
#include "support/temp_dir.hpp"

using namespace attnviz;
using nlohmann::json;
using test::check_mentions;
using test::ModelFile;
using test::TempDir;

namespace {

constexpr const char* kId = "0badcafe";

ModelFile whole() { return test::with_id(test::tiny_model(), kId); }

// Uses the encoders of "enc"; its own weights differ from whole()'s.
ModelFile light(const json& fusion = json::object()) {
  test::TinyModelOptions options;
  options.fusion = fusion;
  options.seed = 5;
  return test::without_encoders(test::tiny_model(options), "enc", kId);
}

std::string write(const TempDir& dir, const std::string& name, const ModelFile& file) {
  test::write_bytes(dir / (name + ".safetensors"), file.bytes());
  return dir / (name + ".safetensors");
}

Words two_words() {
  Words words(2);
  words[0].tokens.push_back({"red", 1});
  words[1].tokens.push_back({"cup", 2});
  return words;
}

std::string message_of(const std::string& path) {
  try {
    model::load(path);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::model);
    return error.what();
  }
  return "(loaded without an error)";
}

// Of light(), with one thing changed, beside the model "enc".
std::string refusal(const std::function<void(ModelFile&)>& edit, const ModelFile& encoders = whole()) {
  const TempDir dir;
  write(dir, "enc", encoders);
  ModelFile file = light();
  edit(file);
  return message_of(write(dir, "light", file));
}

}  // namespace

TEST_CASE("a model with another's encoders is that model with another fusion") {
  const TempDir dir;
  write(dir, "enc", whole());
  ModelFile merged = whole();  // its encoders, the other's fusion
  for (const auto& [name, tensor] : light().tensors) merged.tensors[name] = tensor;
  const auto expected = model::load(write(dir, "merged", merged));
  const auto loaded = model::load(write(dir, "light", light()));

  const Image image(70, 50);
  const model::EncodedImage encoded = loaded->encode(image, std::nullopt);
  CHECK(test::max_difference(encoded.patches, expected->encode(image, std::nullopt).patches) == 0);
  const model::Attended ours = loaded->attend(encoded, {"", two_words()}),
                        theirs = expected->attend(encoded, {"", two_words()});
  CHECK(ours.maps.front().weights == theirs.maps.front().weights);
  CHECK(ours.target.value().score == theirs.target.value().score);
  CHECK(loaded->vocabulary().find("杯子")->row == 2);
  CHECK(loaded->facts().encoders == "enc");
  CHECK(loaded->facts().num_parameters == expected->facts().num_parameters);
  CHECK(expected->facts().encoders.empty());
  std::size_t values = 0;
  for (const auto& [name, tensor] : merged.tensors) values += tensor.data.size() / 2;  // F16
  CHECK(expected->facts().num_parameters == values);
}

TEST_CASE("models loaded together hold shared encoders once") {
  const TempDir dir;
  const std::string enc = write(dir, "enc", whole()), cross = write(dir, "cross", light());
  const std::string concat = write(dir, "concat", light({{"type", "concat"}, {"layers", nullptr}, {"heads", nullptr}}));
  const std::string other = write(dir, "other", test::tiny_model());
  const auto models = model::load_all({cross, enc, other, concat});
  REQUIRE(models.size() == 4);
  CHECK(models[0]->shares_encoders(*models[1]));
  CHECK(models[3]->shares_encoders(*models[0]));
  CHECK_FALSE(models[2]->shares_encoders(*models[0]));
  CHECK(models[2]->shares_encoders(*models[2]));
  CHECK(models[3]->facts().fusion == "concat");
  const model::EncodedImage encoded = models[1]->encode(Image(40, 30), 16);
  CHECK(models[3]->attend(encoded, {"", two_words()}).maps.front().num_patches == encoded.patches.rows());
}

TEST_CASE("encoders that do not fit are refused with what is wrong, where, and what to do") {
  check_mentions(refusal([](ModelFile& m) { m.edit_config([](json& c) { c["encoders"]["id"] = "f00d"; }); }),
                 {"light.safetensors", "'enc'", "'f00d'", "enc.safetensors has '0badcafe'", "trained with"});
  check_mentions(refusal([](ModelFile&) {}, test::tiny_model()), {"light.safetensors", "enc.safetensors has none"});
  check_mentions(refusal([](ModelFile& m) { m.edit_config([](json& c) { c["encoders"]["model"] = "absent"; }); }),
                 {"light.safetensors", "'absent'", "not there", "absent.safetensors"});
  check_mentions(refusal([](ModelFile& m) { m.edit_config([](json& c) { c["encoders"]["model"] = "base"; }); }),
                 {"light.safetensors", "'base'", "trained with"});
  check_mentions(refusal([](ModelFile&) {}, light()), {"light.safetensors", "enc.safetensors", "none of its own"});
  test::TinyModelOptions wide;
  wide.dim = 32;
  check_mentions(refusal([](ModelFile&) {}, test::with_id(test::tiny_model(wide), kId)),
                 {"light.safetensors", "'dim' is 16", "have 32"});
}

TEST_CASE("a model that names itself for its encoders is refused") {
  const TempDir dir;
  check_mentions(message_of(write(dir, "enc", light())), {"enc.safetensors", "none of its own"});
}

TEST_CASE("configs of shared encoders") {
  const auto refused = [](const std::function<void(json&)>& edit, std::initializer_list<const char*> parts) {
    check_mentions(refusal([&](ModelFile& m) { m.edit_config(edit); }), parts);
  };
  refused([](json& c) { c["encoders"] = "enc"; }, {"'encoders'", "not an object"});
  refused([](json& c) { c["encoders"].erase("id"); }, {"'encoders.id'", "missing"});
  refused([](json& c) { c["encoders"].erase("model"); }, {"'encoders.model'", "missing"});
  refused([](json& c) { c["encoders"]["id"] = "XYZ"; }, {"'encoders.id'"});
  refused([](json& c) { c["encoders"]["id"] = ""; }, {"'encoders.id'"});
  refused([](json& c) { c["encoders"]["model"] = "../enc"; }, {"'encoders.model'", "name"});
  refused([](json& c) { c["encoders"]["model"] = ""; }, {"'encoders.model'", "name"});
  refused([](json& c) { c["vision"] = json::object(); }, {"'vision'", "from another"});
  refused([](json& c) { c["text"] = json::object(); }, {"'text'", "from another"});
  refused([](json& c) { c["id"] = "12"; }, {"'id'", "from another"});
  check_mentions(refusal([](ModelFile& m) { m.tensors.erase("fusion.nothing"); }), {"light", "fusion.nothing"});
  check_mentions(refusal([](ModelFile& m) { m.set("action.query.bias", 0, NAN); }), {"light", "action.query.bias"});
  ModelFile encoders = whole();
  encoders.tensors.erase("trunk.head.bias");
  check_mentions(refusal([](ModelFile&) {}, encoders), {"enc.safetensors", "trunk.head.bias"});
  encoders = whole();
  encoders.edit_config([](json& c) { c["id"] = 7; });
  check_mentions(refusal([](ModelFile&) {}, encoders), {"enc.safetensors", "'id'"});
}

TEST_CASE("no prefix of either file loads or crashes") {
  const TempDir dir;
  const std::string enc = whole().bytes(), own = light().bytes();
  for (std::size_t length = 0; length < own.size(); length += 397) {
    test::write_bytes(dir / "enc.safetensors", enc);
    test::write_bytes(dir / "light.safetensors", own.substr(0, length));
    CHECK(message_of(dir / "light.safetensors").find("light.safetensors") != std::string::npos);
  }
  test::write_bytes(dir / "light.safetensors", own);
  for (std::size_t length = 0; length < enc.size(); length += 997) {
    test::write_bytes(dir / "enc.safetensors", enc.substr(0, length));
    CHECK(message_of(dir / "light.safetensors").find("enc.safetensors") != std::string::npos);
  }
}
