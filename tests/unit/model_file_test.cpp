// Broken model files: each is an Error (model) whose message names the file and the thing at fault.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>
#include <string>

#include "attnviz/core/error.hpp"
#include "attnviz/model/model.hpp"
#include "support/model_refusal.hpp"

using namespace attnviz;
using test::check_mentions;
using test::load_bytes;
using test::ModelFile;
using test::refusal;
using test::tiny_model;

namespace {

// A header of one tensor before `data`.
std::string one_tensor(const std::string& entry, const std::string& data) {
  ModelFile file;
  file.tensors["t"] = {"F32", {1}, data};
  return file.bytes("{\"t\":" + entry + "}");
}

std::string header_refusal(const std::string& header) { return refusal(ModelFile().bytes(header)); }

}  // namespace

TEST_CASE("a whole model loads, in either dtype") {
  CHECK_NOTHROW(load_bytes(tiny_model().bytes()));
  test::TinyModelOptions options;
  options.dtype = "F32";
  options.action = false;
  CHECK_NOTHROW(load_bytes(test::tiny_model_bytes(options)));
}

TEST_CASE("no prefix of a model file loads or crashes") {
  const std::string whole = test::tiny_model_bytes();
  const std::size_t header_end = 8 + tiny_model().header().size();
  for (std::size_t length = 0; length < whole.size(); length += length < header_end ? 97 : 997) {
    CAPTURE(length);
    check_mentions(refusal(whole.substr(0, length)), {"m.safetensors"});
  }
  check_mentions(refusal(""), {"too short"});
  check_mentions(refusal(whole.substr(0, 8)), {"truncated"});
  check_mentions(refusal(whole.substr(0, whole.size() - 1)), {"outside the file", "truncated"});
}

TEST_CASE("changed bytes never do worse than an error") {
  const std::string whole = test::tiny_model_bytes();
  const std::size_t header_end = 8 + tiny_model().header().size();
  std::mt19937 random(11);
  int refused = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string changed = whole;
    // Mostly in the header, where the numbers are; digits are the likeliest to get past the JSON parser.
    const std::size_t limit = round % 4 == 0 ? whole.size() : header_end;
    for (auto edits = 1 + random() % 3; edits > 0; --edits) {
      changed[random() % limit] = static_cast<char>(round % 2 == 0 ? '0' + random() % 10 : random() % 256);
    }
    try {
      load_bytes(changed);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::model);
      ++refused;
    }
  }
  CHECK(refused > 300);
}

TEST_CASE("files that are no safetensors") {
  check_mentions(refusal("\x89PNG\r\n\x1a\n and more than eight bytes"), {"not a safetensors file"});
  check_mentions(refusal(std::string(100, '\xff')), {"not a safetensors file"});
  check_mentions(header_refusal("{"), {"not valid JSON"});
  check_mentions(header_refusal("[1]"), {"not an object"});
  check_mentions(header_refusal("{\"a\":" + std::string(100000, '[') + "}"), {"header"});
  check_mentions(header_refusal("{\"\xff\": 1}"), {"not valid JSON"});
  check_mentions(header_refusal("{}"), {"metadata 'format'", "missing"});
  check_mentions(header_refusal(R"({"__metadata__": 3})"), {"__metadata__"});
  check_mentions(header_refusal(R"({"__metadata__": {"format": 3}})"), {"'format'", "not a string"});
  const std::uint64_t huge = ~0ull;
  check_mentions(refusal(std::string(reinterpret_cast<const char*>(&huge), 8) + "{}"), {"header"});
}

TEST_CASE("tensor entries whose numbers do not fit") {
  const std::string data(4, '\0');
  check_mentions(refusal(one_tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[0,400]})", data)),
                 {"'t'", "outside the file", "400"});
  check_mentions(refusal(one_tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})", data)), {"'t'", "outside"});
  check_mentions(refusal(one_tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[-4,0]})", data)), {"'t'", "whole"});
  check_mentions(refusal(one_tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})", data)),
                 {"'t'", "[2]", "needs 8"});
  check_mentions(refusal(one_tensor(R"({"dtype":"F31","shape":[1],"data_offsets":[0,4]})", data)), {"'t'", "F31"});
  check_mentions(refusal(one_tensor(R"({"dtype":"F32","shape":[1.5],"data_offsets":[0,4]})", data)), {"'t'", "whole"});
  check_mentions(refusal(one_tensor(R"({"dtype":"F32","shape":1,"data_offsets":[0,4]})", data)), {"'t'", "shape"});
  check_mentions(refusal(one_tensor(R"({"shape":[1],"data_offsets":[0,4]})", data)), {"'t'", "dtype"});
  check_mentions(refusal(one_tensor("7", data)), {"'t'"});
  // The product of the sides wraps round to 4 bytes in 64 bits.
  check_mentions(refusal(one_tensor(R"({"dtype":"F32","shape":[4611686018427387905,1],"data_offsets":[0,4]})", data)),
                 {"'t'", "absurd"});
  ModelFile overlapping;
  overlapping.tensors["a"] = {"F32", {1}, data};
  check_mentions(refusal(overlapping.bytes(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
                                               "b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}})") +
                         "x"),
                 {"'a'", "'b'", "overlap"});
}

TEST_CASE("tensors that are missing, of another shape or dtype") {
  for (const char* name : {"trunk.stem.weight", "trunk.blocks.1.expand.bias", "patches.norm_in.weight",
                           "words.embedding.weight", "fusion.nothing", "fusion.layers.1.attention.key.weight",
                           "words.layers.0.ffn.up.weight", "patches.ffn.up.weight", "action.box2.bias"}) {
    CAPTURE(name);
    ModelFile missing = tiny_model();
    missing.tensors.erase(name);
    check_mentions(refusal(missing), {name, "missing"});

    ModelFile reshaped = tiny_model();
    reshaped.tensors[name].shape.push_back(1);
    check_mentions(refusal(reshaped), {name, "1]", "["});

    ModelFile integers = tiny_model();
    integers.tensors[name].dtype = "I16";
    check_mentions(refusal(integers), {name, "I16", "F16, BF16, F32 or F64"});
  }
  test::TinyModelOptions mixed;
  mixed.mixers = 2;
  ModelFile wide = tiny_model(mixed);
  CHECK_NOTHROW(load_bytes(wide.bytes()));
  wide.tensors["patches.mixers.1.depthwise.weight"].shape = {25, 4, 4};
  check_mentions(refusal(wide), {"patches.mixers.1.depthwise.weight", "[25, 4, 4]", "[16, 5, 5]"});
  ModelFile swapped = tiny_model();
  std::swap(swapped.tensors["fusion.layers.0.ffn.up.weight"].shape[0],
            swapped.tensors["fusion.layers.0.ffn.up.weight"].shape[1]);
  check_mentions(refusal(swapped), {"fusion.layers.0.ffn.up.weight", "[16, 24]", "[24, 16]"});
  ModelFile empty = tiny_model();
  empty.tensors["words.embedding.weight"] = {"F16", {0, 16}, ""};
  check_mentions(refusal(empty), {"words.embedding.weight", "0 rows"});
}

TEST_CASE("weights that are no numbers are refused with the tensor's name") {
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    for (const char* name : {"trunk.blocks.2.depthwise.weight", "words.embedding.weight", "patches.place.weight",
                             "fusion.layers.1.attention.value.weight", "action.query.bias"}) {
      for (const char* dtype : {"F16", "F32"}) {
        test::TinyModelOptions options;
        options.dtype = dtype;
        ModelFile file = tiny_model(options);
        file.set(name, 0, bad);
        check_mentions(refusal(file), {name, "NaN or infinity"});
      }
    }
  }
}

TEST_CASE("metadata that is missing or of another format") {
  for (const char* key : {"format", "config", "vocabulary"}) {
    ModelFile file = tiny_model();
    file.metadata.erase(key);
    check_mentions(refusal(file), {key, "missing"});
  }
  ModelFile other = tiny_model();
  other.metadata["format"] = "attnviz.model/9";
  check_mentions(refusal(other), {"attnviz.model/9"});
  other = tiny_model();
  other.metadata["config"] = "{]";
  check_mentions(refusal(other), {"config", "not valid JSON"});
  other = tiny_model();
  other.metadata["config"] = std::string(50000, '[');
  check_mentions(refusal(other), {"config"});
}

TEST_CASE("absurd configurations are refused before anything is allocated") {
  using Json = nlohmann::json;
  const auto refused = [](const std::function<void(Json&)>& edit, std::initializer_list<const char*> parts) {
    ModelFile file = tiny_model();
    file.edit_config(edit);
    check_mentions(refusal(file), parts);
  };
  refused([](Json& c) { c["dim"] = 1'000'000'000; }, {"'dim'", "8192"});
  refused([](Json& c) { c["dim"] = -4; }, {"'dim'", "-4"});
  refused([](Json& c) { c["dim"] = 18; }, {"'dim'", "multiple of 4"});
  refused([](Json& c) { c["dim"] = "many"; }, {"'dim'", "many"});
  refused([](Json& c) { c.erase("dim"); }, {"'dim'", "missing"});
  refused([](Json& c) { c = 3; }, {"config"});
  refused([](Json& c) { c["fusion"]["layers"] = 65; }, {"'fusion.layers'", "64"});
  refused([](Json& c) { c["fusion"]["layers"] = 0; }, {"'fusion.layers'"});
  refused([](Json& c) { c["fusion"]["heads"] = 129; }, {"'fusion.heads'"});
  refused([](Json& c) { c["fusion"]["heads"] = 0; }, {"'fusion.heads'"});
  refused([](Json& c) { c["fusion"]["heads"] = 3; }, {"'fusion.heads'", "divide"});
  refused([](Json& c) { c["fusion"]["type"] = "magic"; }, {"'fusion.type'"});
  refused([](Json& c) { c["text"]["ffn"] = 1e300; }, {"'text.ffn'"});
  refused([](Json& c) { c["text"]["max_words"] = 0; }, {"'text.max_words'"});
  refused([](Json& c) { c["text"]["apart"] = "nouns"; }, {"'text.apart'"});
  refused([](Json& c) { c["text"]["apart"] = {"noun", "smell"}; }, {"'text.apart'", "smell"});
  refused([](Json& c) { c["text"]["apart"] = std::vector<std::string>(9, "noun"); }, {"'text.apart'"});
  refused([](Json& c) { c["text"] = Json::array(); }, {"'text'"});
  refused([](Json& c) { c["vision"]["patches"] = {16, 70000}; }, {"'vision.patches'", "65536"});
  refused([](Json& c) { c["vision"]["patches"] = {3, 16}; }, {"'vision.patches'"});
  refused([](Json& c) { c["vision"]["patches"] = {16, 12}; }, {"'vision.patches'", "16 to"});
  refused([](Json& c) { c["vision"]["patches"] = 16; }, {"'vision.patches'", "[least, most]"});
  refused([](Json& c) { c["vision"]["patch_px"] = 0; }, {"'vision.patch_px'"});
  refused([](Json& c) { c["vision"]["std"] = {1, 0, 1}; }, {"'vision.std'"});
  refused([](Json& c) { c["vision"]["mean"] = {1, 2}; }, {"'vision.mean'"});
  refused([](Json& c) { c["vision"]["trunk"] = "resnet"; }, {"'vision.trunk'"});
  refused([](Json& c) { c["vision"]["stem"] = 1u << 30; }, {"'vision.stem'"});
  refused([](Json& c) { c["vision"]["blocks"] = Json::array(); }, {"'vision.blocks'"});
  refused([](Json& c) { c["vision"]["blocks"][0] = {3, 1, 1}; }, {"'vision.blocks'"});
  refused([](Json& c) { c["vision"]["blocks"][0][0] = 0; }, {"'vision.blocks'"});
  refused([](Json& c) { c["vision"]["blocks"][1][1] = 1; }, {"'vision.blocks'", "stride"});
  refused([](Json& c) { c["vision"]["blocks"][0][3] = 99999; }, {"'vision.blocks'"});
  refused([](Json& c) { c["vision"]["mixers"] = 1000; }, {"'vision.mixers'"});
  refused([](Json& c) { c["vision"]["mixers"] = "two"; }, {"'vision.mixers'"});
  refused([](Json& c) { c["vision"]["mixers"] = 1; }, {"patches.mixers.0.depthwise.weight", "missing"});
  refused([](Json& c) { c["id"] = "0xff"; }, {"'id'"});
  refused([](Json& c) { c["honesty"] = 0.5; }, {"'honesty'", "not an object"});
  refused([](Json& c) { c["honesty"]["nothing"] = 1.5; }, {"'honesty.nothing'", "1.5"});
  refused([](Json& c) { c["honesty"]["rival"] = "half"; }, {"'honesty.rival'", "half"});
  refused([](Json& c) { c["view"]["layer"] = "2"; }, {"'view.layer'"});
  refused([](Json& c) { c["view"]["head"] = "best"; }, {"'view.head'"});
  refused([](Json& c) { c["name"] = "bare\x1b[2J"; }, {"'name'", "control"});
  // In bounds, but not what the tensors hold.
  refused([](Json& c) { c["fusion"]["layers"] = 3; }, {"fusion.layers.2.", "missing"});
  refused([](Json& c) { c["dim"] = 32; }, {"tensor", "32"});
  refused([](Json& c) { c["vision"]["blocks"][0][0] = 5; }, {"trunk.blocks.0.depthwise.weight", "[8, 5, 5]"});
}

TEST_CASE("vocabularies that do not fit the embedding") {
  using Json = nlohmann::json;
  const auto refused = [](const std::function<void(Json&)>& edit, std::initializer_list<const char*> parts) {
    ModelFile file = tiny_model();
    file.edit_vocabulary(edit);
    check_mentions(refusal(file), parts);
  };
  refused([](Json& v) { v[0]["row"] = 5; }, {"vocabulary", "entry 0", "1 to 4"});
  refused([](Json& v) { v[1]["row"] = 0; }, {"entry 1", "row"});
  refused([](Json& v) { v[0]["row"] = -1; }, {"entry 0", "row"});
  refused([](Json& v) { v[0]["row"] = 1.5; }, {"entry 0", "row"});
  refused([](Json& v) { v[3].erase("row"); }, {"entry 3", "row"});
  refused([](Json& v) { v[0]["kind"] = "smell"; }, {"entry 0", "kind"});
  refused([](Json& v) { v[0]["kind"] = 3; }, {"entry 0", "kind"});
  refused([](Json& v) { v[1]["texts"][0] = "red"; }, {"'red'", "twice"});
  refused([](Json& v) { v[2]["texts"][1] = ""; }, {"entry 2", "empty"});
  refused([](Json& v) { v[2]["texts"][0] = std::string(5000, 'x'); }, {"entry 2", "overlong"});
  refused([](Json& v) { v[2]["texts"][0] = 7; }, {"entry 2", "string"});
  refused([](Json& v) { v[2]["texts"] = "cup"; }, {"entry 2", "list"});
  refused([](Json& v) { v[2]["texts"] = Json::array(); }, {"entry 2", "list"});
  refused([](Json& v) { v[3]["row"] = 1; }, {"entry 3", "before it"});
  refused([](Json& v) { v[3] = 1; }, {"entry 3"});
  refused([](Json& v) { v = Json::object(); }, {"vocabulary", "not a list"});
  const auto nested = [](Json& v) {
    for (int i = 0; i < 40; ++i) v = Json::array({v});
  };
  refused(nested, {"vocabulary", "nested too deeply"});
  ModelFile brackets = tiny_model();
  brackets.edit_vocabulary(
      [](Json& v) { v[0]["texts"][0] = "\\\"" + std::string(100, '['); });  // in a text they nest nothing
  CHECK_NOTHROW(load_bytes(brackets.bytes()));
}

TEST_CASE("loading by name or path") {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("attnviz-model-test-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const std::string good = (folder / "good.safetensors").string(), empty = (folder / "empty").string();
  std::ofstream(good, std::ios::binary) << test::tiny_model_bytes();
  std::ofstream(empty, std::ios::binary).flush();

  CHECK(model::load(good)->facts().name == "tiny");
  const auto message = [](const std::string& name) {
    try {
      model::load(name);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::model);
      return std::string(error.what());
    }
    return std::string("(loaded)");
  };
  check_mentions(message("no-such-model"), {"no-such-model", "neither"});
  check_mentions(message(""), {"neither"});
  check_mentions(message((folder / "absent").string()), {"absent", "No such file"});
  check_mentions(message(folder.string()), {"has no config.json"});
  check_mentions(message(empty), {"empty"});
  check_mentions(message("/dev/null"), {"not a file"});
  fs::remove_all(folder);
}
