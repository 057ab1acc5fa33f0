// Checkpoint folders against the original library (make_checkpoint_fixtures.py): pixels, token ids and maps, on a
// square image of the model's own shape and on a wide one with more patches.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "attnviz/image/resample.hpp"
#include "model/checkpoint/folder.hpp"
#include "model/checkpoint/load.hpp"
#include "model/checkpoint/tokenizer_files.hpp"
#include "model/checkpoint/vision_tower.hpp"
#include "support/fixture.hpp"

using namespace attnviz;
using namespace attnviz::model;
using checkpoint::TokenizerKind;

namespace {

const std::string kFolders = std::string(ATTNVIZ_TEST_DATA) + "/reference/data/checkpoints/";

struct Known {
  std::string name, instruction;
  std::vector<std::string> words;
  TokenizerKind tokenizer;
  std::string before_word, after_word;  // the prompt around each word; none: the model reads the instruction alone
};

const std::vector<std::string> kWords{"pick", "up", "the", "red", "cup"};
const std::vector<Known> kCheckpoints{
    {"clip", "pick up the red cup", kWords, TokenizerKind::clip, "a photo of a ", "."},
    {"chinese_clip", "拿起红色杯子", {"拿起", "红色", "杯子"}, TokenizerKind::word_piece, "一张", "的照片。"},
    {"siglip", "pick up the red cup", kWords, TokenizerKind::sentence_piece, "This is a photo of ", "."},
    {"siglip2", "pick up the red cup", kWords, TokenizerKind::sentence_piece, "This is a photo of ", "."},
    {"owlvit", "pick up the red cup", kWords, TokenizerKind::clip, "a photo of a ", ""},
    {"blip", "pick up the red cup", kWords, TokenizerKind::word_piece, "", ""},
    {"vilt", "pick up the red cup", kWords, TokenizerKind::word_piece, "", ""}};

// The texts that the fixture has token ids of, in its order.
std::vector<std::string> texts_of(const Known& known) {
  if (known.before_word.empty()) return {known.instruction};
  std::vector<std::string> texts, beginnings;
  for (const std::string& word : known.words) {
    texts.push_back(std::string(known.before_word).append(word).append(known.after_word));
    beginnings.push_back(known.instruction.substr(0, known.instruction.find(word) + word.size()));
  }
  texts.insert(texts.end(), beginnings.begin(), beginnings.end());
  return texts;
}

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

TEST_CASE("token ids are the original's") {
  for (const Known& known : kCheckpoints) {
    CAPTURE(known.name);
    const test::Fixture fixture("checkpoints/" + known.name + ".safetensors");
    const auto tokenizer = checkpoint::read_tokenizer(kFolders + known.name, known.tokenizer);
    const std::vector<std::string> texts = texts_of(known);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      std::vector<float> ids;
      for (const text::EncodedToken& token : tokenizer->encode(texts[i])) ids.push_back(static_cast<float>(token.id));
      CHECK(ids == fixture.values<float>("ids." + std::to_string(i)));
    }
  }
}

TEST_CASE("maps are the original's, from the instruction's text to the weights") {
  for (const Known& known : kCheckpoints) {
    CAPTURE(known.name);
    const test::Fixture fixture("checkpoints/" + known.name + ".safetensors");
    const std::unique_ptr<Model> model = checkpoint::load(kFolders + known.name, known.name);
    const Instruction instruction = model->read(known.instruction, std::nullopt);
    for (const std::string which : {"square", "wide"}) {
      CAPTURE(which);
      const EncodedImage encoded = model->encode(fixture.image(which + ".image"), which == "wide" ? 24 : 16);
      const Attended attended = model->attend(encoded, instruction);
      const AttentionMaps& maps = attended.maps.front();
      CHECK(test::max_difference(maps.weights, fixture.values<float>(which + ".maps")) < 1e-5);
    }
  }
}
