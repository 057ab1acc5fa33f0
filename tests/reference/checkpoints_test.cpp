// Checkpoint folders against the original library (make_checkpoint_fixtures.py): pixels, token ids and maps, on a
// square image of the model's own shape and on a wide one with more patches.
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "attnviz/image/resample.hpp"
#include "model/checkpoint/blip_model.hpp"
#include "model/checkpoint/dense_model.hpp"
#include "model/checkpoint/load.hpp"
#include "model/checkpoint/vilt_model.hpp"
#include "support/fixture.hpp"

using namespace attnviz;
using namespace attnviz::model;

namespace {

const std::string kFolders = std::string(ATTNVIZ_TEST_DATA) + "/reference/data/checkpoints/";

struct Known {
  std::string name, instruction;
  int wide_patches = 24;  // 6 x 4
};

const std::vector<Known> kCheckpoints{{"clip", "pick up the red cup"},   {"chinese_clip", "拿起红色杯子"},
                                      {"siglip", "pick up the red cup"}, {"owlvit", "pick up the red cup"},
                                      {"blip", "pick up the red cup"},   {"vilt", "pick up the red cup"}};

class Scripted : public text::Tokenizer {
public:
  Scripted(const test::Fixture& fixture, const std::string& name) : fixture_(fixture), name_(name) {}
  std::vector<text::EncodedToken> encode(std::string_view text) const override {
    static const std::map<std::string, std::vector<std::string>> formats{{"clip", {"a photo of a ", "."}},
                                                                         {"chinese_clip", {"一张", "的照片。"}},
                                                                         {"siglip", {"This is a photo of ", "."}},
                                                                         {"owlvit", {"a photo of a ", ""}}};
    const bool zh = name_ == "chinese_clip";
    const std::string instruction = zh ? "拿起红色杯子" : "pick up the red cup";
    const std::vector<std::string> words = zh ? std::vector<std::string>{"拿起", "红色", "杯子"}
                                              : std::vector<std::string>{"pick", "up", "the", "red", "cup"};
    std::size_t number = 0;
    if (formats.contains(name_)) {
      for (std::size_t i = 0; i < words.size(); ++i) {
        if (text == formats.at(name_)[0] + words[i] + formats.at(name_)[1]) number = i;
        if (text == instruction.substr(0, instruction.find(words[i]) + words[i].size())) number = words.size() + i;
      }
    }
    std::vector<text::EncodedToken> tokens;
    std::size_t i = 0;
    for (const float id : fixture_.values<float>("ids." + std::to_string(number))) {
      text::EncodedToken token{static_cast<std::size_t>(id), "t", 0, 0};
      if (i > 0 && i <= words.size() && !zh) {
        token.byte_begin = instruction.find(words[i - 1]);
        token.byte_end = token.byte_begin + words[i - 1].size();
      }
      tokens.push_back(token);
      ++i;
    }
    return tokens;
  }
  std::size_t vocabulary_size() const override { return 1000; }
  std::optional<std::size_t> id_of(std::string_view) const override { return {}; }
  bool is_unknown(std::size_t) const override { return false; }
  std::optional<std::size_t> padding_id() const override { return 2; }
  const test::Fixture& fixture_;
  std::string name_;
};

}  // namespace

TEST_CASE("pixels are those of the original's processor") {
  for (const Known& known : kCheckpoints) {
    CAPTURE(known.name);
    const test::Fixture fixture("checkpoints/" + known.name + ".safetensors");
    const checkpoint::Folder folder = checkpoint::open_folder(kFolders + known.name, known.name);
    for (const std::string which : {"square", "wide"}) {
      CAPTURE(which);
      const Image image = fixture.image(which + ".image");
      const PatchGrid grid = checkpoint::plan_grid(image, folder.config.vision, which == "wide" ? 24 : 16);
      const Matrix patches = image::make_patches(image, grid, folder.pixels);
      const std::vector<float> pixels = fixture.values<float>(which + ".pixels");  // [3, height, width]
      const std::vector<std::size_t> shape = fixture.shape(which + ".pixels");
      REQUIRE(grid.input_height == static_cast<int>(shape[1]));
      REQUIRE(grid.input_width == static_cast<int>(shape[2]));
      double worst = 0;
      const std::size_t side = static_cast<std::size_t>(grid.patch_px);
      for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t y = 0; y < shape[1]; ++y) {
          for (std::size_t x = 0; x < shape[2]; ++x) {
            const std::size_t patch = y / side * static_cast<std::size_t>(grid.cols()) + x / side;
            const float ours = patches(patch, (c * side + y % side) * side + x % side);
            worst = std::max(worst, std::fabs(static_cast<double>(ours) - pixels[(c * shape[1] + y) * shape[2] + x]));
          }
        }
      }
      CHECK(worst < 1e-5);
    }
  }
}

TEST_CASE("maps are the original's") {
  for (const Known& known : kCheckpoints) {
    CAPTURE(known.name);
    const test::Fixture fixture("checkpoints/" + known.name + ".safetensors");
    const checkpoint::Folder folder = checkpoint::open_folder(kFolders + known.name, known.name);
    const Weights weights(*folder.tensors);
    const auto tokenizer = std::make_shared<Scripted>(fixture, known.name);
    std::unique_ptr<Model> model;
    if (known.name == "blip")
      model = std::make_unique<checkpoint::BlipModel>(folder, tokenizer, weights);
    else if (known.name == "vilt")
      model = std::make_unique<checkpoint::ViltModel>(folder, tokenizer, weights);
    else
      model = std::make_unique<checkpoint::DenseModel>(folder, tokenizer, weights);
    const Instruction instruction = model->read(known.instruction, std::nullopt);
    for (const std::string which : {"square", "wide"}) {
      CAPTURE(which);
      const EncodedImage encoded = model->encode(fixture.image(which + ".image"), which == "wide" ? 24 : 16);
      const Attended attended = model->attend(encoded, instruction);
      const AttentionMaps& maps = attended.maps.front();
      const double worst = test::max_difference(maps.weights, fixture.values<float>(which + ".maps"));
      MESSAGE(known.name << " " << which << " " << worst);
      CHECK(worst < 1e-4);
    }
    for (const std::string& name : weights.unused()) MESSAGE(known.name << " unused " << name);
  }
}
