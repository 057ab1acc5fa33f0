// The parts of the forward pass that the fixtures do not single out.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "arrays/safetensors.hpp"
#include "attnviz/core/error.hpp"
#include "model/depthwise.hpp"
#include "model/grounding_model.hpp"
#include "support/model_file.hpp"
#include "support/random_matrix.hpp"

using namespace attnviz;

namespace {

model::GroundingModel tiny(const test::TinyModelOptions& options = {}) {
  const std::string bytes = test::tiny_model_bytes(options);
  return model::GroundingModel(arrays::SafeTensors::from_bytes(std::as_bytes(std::span(bytes)), "tiny"));
}

Image striped(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.pixel(x, y)[0] = static_cast<std::uint8_t>(x * 7);
      image.pixel(x, y)[1] = static_cast<std::uint8_t>(y * 13);
      image.pixel(x, y)[2] = static_cast<std::uint8_t>((x / 8 + y / 8) % 2 * 200);
    }
  }
  return image;
}

Words words_of_rows(const std::vector<std::size_t>& rows) {
  Words words;
  for (const std::size_t row : rows) {
    words.emplace_back();
    words.back().tokens.push_back({"w", row});
  }
  return words;
}

// The definition, cell by cell.
float depthwise_at(const model::Depthwise& layer, const Matrix& x, model::MapSize size, std::size_t row,
                   std::size_t col, std::size_t channel) {
  const auto before_y = static_cast<long>(model::padding_before(size.height, layer.kernel, layer.stride));
  const auto before_x = static_cast<long>(model::padding_before(size.width, layer.kernel, layer.stride));
  double sum = layer.bias[channel];
  for (std::size_t ky = 0; ky < layer.kernel; ++ky) {
    for (std::size_t kx = 0; kx < layer.kernel; ++kx) {
      const long y = static_cast<long>(row * layer.stride + ky) - before_y;
      const long at = static_cast<long>(col * layer.stride + kx) - before_x;
      if (y < 0 || at < 0 || y >= static_cast<long>(size.height) || at >= static_cast<long>(size.width)) continue;
      sum += x(static_cast<std::size_t>(y) * size.width + static_cast<std::size_t>(at), channel) *
             layer.taps(ky * layer.kernel + kx, channel);
    }
  }
  if (layer.activation != attention::Activation::none) sum = std::max(sum, 0.0);
  if (layer.activation == attention::Activation::relu6) sum = std::min(sum, 6.0);
  return static_cast<float>(sum);
}

}  // namespace

TEST_CASE("depthwise convolution is its definition, for odd sizes, strides and channels") {
  struct Case {
    std::size_t height, width, channels, kernel, stride;
    attention::Activation activation;
  };
  using enum attention::Activation;
  for (const Case& c : {Case{7, 9, 16, 3, 1, relu6}, Case{8, 6, 19, 5, 2, relu6}, Case{1, 1, 33, 5, 1, none},
                        Case{2, 3, 5, 5, 2, relu}, Case{9, 5, 40, 3, 2, none}, Case{4, 4, 16, 7, 1, relu},
                        Case{3, 20, 17, 1, 1, relu6}, Case{6, 7, 35, 5, 1, none}}) {
    const model::MapSize size{c.height, c.width}, out = size.strided(c.stride);
    const Matrix x = test::random_matrix(size.cells(), c.channels, 1, 2.0f);
    const Matrix bias = test::random_matrix(1, c.channels, 3);
    const model::Depthwise layer{c.kernel,
                                 c.stride,
                                 test::random_matrix(c.kernel * c.kernel, c.channels, 2),
                                 {bias.row(0).begin(), bias.row(0).end()},
                                 c.activation};
    Matrix y(out.cells(), c.channels);
    layer.forward(x, size, {0, out.height}, y);
    double worst = 0;
    for (std::size_t i = 0; i < out.cells(); ++i) {
      for (std::size_t channel = 0; channel < c.channels; ++channel) {
        const float expected = depthwise_at(layer, x, size, i / out.width, i % out.width, channel);
        worst = std::max(worst, std::fabs(static_cast<double>(y(i, channel)) - expected));
      }
    }
    CAPTURE(c.kernel);
    CAPTURE(c.stride);
    CHECK(worst < 1e-5);
    // Any range of rows alone is the same.
    for (std::size_t begin = 0; begin < out.height; ++begin) {
      const model::RowRange rows{begin, std::min(begin + 2, out.height)}, needed = layer.input_rows(rows, c.height);
      const ConstMatrixView part(x.data() + needed.begin * c.width * c.channels, needed.size() * c.width, c.channels);
      Matrix strip(rows.size() * out.width, c.channels);
      layer.forward(part, size, rows, strip);
      CHECK(std::equal(strip.data(), strip.data() + strip.rows() * c.channels,
                       y.data() + begin * out.width * c.channels));
    }
  }
}

TEST_CASE("\"same\" padding puts the odd cell behind") {
  CHECK(model::padding_before(8, 3, 2) == 0);  // 1 in all
  CHECK(model::padding_before(8, 5, 2) == 1);  // 3 in all
  CHECK(model::padding_before(8, 3, 1) == 1);
  CHECK(model::padding_before(7, 3, 2) == 1);
  CHECK(model::padding_before(8, 1, 2) == 0);
}

TEST_CASE("images of any shape give tokens for every patch") {
  const model::GroundingModel model = tiny();
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 500}, {500, 3}, {64, 64}, {123, 77}}) {
    CAPTURE(width);
    CAPTURE(height);
    const model::EncodedImage encoded = model.encode(striped(width, height), 40);
    CHECK(encoded.patches.rows() == static_cast<std::size_t>(encoded.grid.num_patches()));
    CHECK(encoded.patches.cols() == 16);
    const model::Attended attended = model.attend(encoded, {"", words_of_rows({1, 2, 3})});
    REQUIRE(attended.target);
    const Box& box = attended.target->box;
    CHECK(box.area() > 0);
    CHECK(box.x0 >= 0);
    CHECK(box.y0 >= 0);
    CHECK(box.x1 <= width + 1e-9);
    CHECK(box.y1 <= height + 1e-9);
    CHECK(Box{0, 0, static_cast<double>(width), static_cast<double>(height)}.contains(attended.target->point));
    CHECK(attended.target->score > 0);
    CHECK(attended.target->score <= 1);
    for (std::size_t row = 0; row < attended.maps.front().nothing.size(); ++row) {
      double sum = attended.maps.front().nothing[row];
      for (std::size_t p = 0; p < attended.maps.front().num_patches; ++p) {
        sum += attended.maps.front().weights[row * attended.maps.front().num_patches + p];
      }
      CHECK(sum == doctest::Approx(1.0).epsilon(1e-6));
    }
  }
}

TEST_CASE("without a budget the image's size decides, within the file's bounds") {
  test::ModelFile file = test::tiny_model();
  file.edit_config([](auto& config) { config["vision"]["patches"] = {16, 36}; });
  const std::string bytes = file.bytes();
  const model::GroundingModel model(arrays::SafeTensors::from_bytes(std::as_bytes(std::span(bytes)), "tiny"));
  const auto patches = [&model](int side) {
    return model.encode(striped(side, side), std::nullopt).grid.num_patches();
  };
  CHECK(patches(10) == 16);
  CHECK(patches(64) == 16);
  CHECK(patches(96) == 36);
  CHECK(patches(500) == 36);
  CHECK(model.encode(striped(10, 10), 100).grid.num_patches() == 100);
}

TEST_CASE("facts, default view, budget and vocabulary come from the file") {
  const model::GroundingModel model = tiny();
  CHECK(model.facts().name == "tiny");
  CHECK(model.facts().fusion == "cross");
  CHECK(model.facts().num_layers == 2);
  CHECK(model.facts().num_heads == 4);
  CHECK(model.facts().model_dim == 16);
  CHECK(model.facts().patch_px == 16);
  CHECK(model.default_view().layer == "last");
  CHECK(model.patch_range().least == 16);
  CHECK(model.patch_range().most == 16);
  REQUIRE(model.vocabulary().find("红色") != nullptr);
  CHECK(model.vocabulary().find("红色")->row == 1);
  CHECK(model.vocabulary().find("pick up")->kind == WordKind::verb);
  CHECK(model.vocabulary().find("绿色") == nullptr);
}

TEST_CASE("thresholds of warnings come from the file, the rest keep their defaults") {
  test::ModelFile file = test::tiny_model();
  file.edit_config([](auto& config) { config["honesty"] = {{"diffuse", 0.75}, {"rival", 1}}; });
  const std::string bytes = file.bytes();
  const model::GroundingModel model(arrays::SafeTensors::from_bytes(std::as_bytes(std::span(bytes)), "tiny"));
  CHECK(model.honesty().diffuse == 0.75);
  CHECK(model.honesty().rival == 1);
  CHECK(model.honesty().nothing == Honesty{}.nothing);
  CHECK(tiny().honesty().diffuse == Honesty{}.diffuse);
}

TEST_CASE("the rival of a target lies outside of its box") {
  test::ModelFile file = test::tiny_model();
  const auto target_with = [&file](float log_distance) {
    for (std::size_t side = 0; side < 4; ++side) file.set("action.box2.bias", side, log_distance);
    for (std::size_t i = 0; i < 4 * 16; ++i) file.set("action.box2.weight", i, 0);
    const std::string bytes = file.bytes();
    const model::GroundingModel model(arrays::SafeTensors::from_bytes(std::as_bytes(std::span(bytes)), "tiny"));
    return model.attend(model.encode(striped(128, 128), 64), {"", words_of_rows({1, 2})}).target.value();
  };
  const Target small = target_with(-2), everything = target_with(4);
  CHECK(small.rival > 0);
  CHECK(small.rival <= 1 - small.score + 1e-6);
  CHECK(small.score == everything.score);
  CHECK(everything.rival == 0);
}

TEST_CASE("a model without an action head has no target") {
  test::TinyModelOptions options;
  options.action = false;
  const model::GroundingModel model = tiny(options);
  CHECK_FALSE(model.attend(model.encode(striped(40, 40), 16), {"", words_of_rows({1})}).target);
}

TEST_CASE("more words or patches than the model takes are refused") {
  test::TinyModelOptions options;
  options.max_words = 2;
  const model::GroundingModel model = tiny(options);
  const Image image = striped(32, 32);
  const model::EncodedImage encoded = model.encode(image, 16);
  CHECK_NOTHROW(model.attend(encoded, {"", words_of_rows({1, 2})}));
  try {
    model.attend(encoded, {"", words_of_rows({1, 2, 3})});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::input);  // as too long an instruction is
  }
  CHECK_THROWS_AS(model.encode(image, 65537), Error);
  CHECK_THROWS_AS(model.attend(encoded, {"", words_of_rows({5})}), std::logic_error);
}

TEST_CASE("a word's place matters, and repeated words are words of their own") {
  const model::GroundingModel model = tiny();
  const Matrix once = model.encoders().encode(words_of_rows({1, 2}));
  const Matrix swapped = model.encoders().encode(words_of_rows({2, 1}));
  const Matrix repeated = model.encoders().encode(words_of_rows({1, 1}));
  double moved = 0, apart = 0;
  for (std::size_t c = 0; c < 16; ++c) {
    moved = std::max<double>(moved, std::fabs(once(0, c) - swapped(1, c)));
    apart = std::max<double>(apart, std::fabs(repeated(0, c) - repeated(1, c)));
  }
  CHECK(moved > 1e-3);
  CHECK(apart > 1e-3);
}

TEST_CASE("words of the kinds that stand apart hear no other word") {
  test::ModelFile file = test::tiny_model();
  const auto maps_with = [&file](const std::vector<std::string>& apart, const std::vector<std::size_t>& rows) {
    file.edit_config([&apart](auto& config) { config["text"]["apart"] = apart; });
    const std::string bytes = file.bytes();
    const model::GroundingModel model(arrays::SafeTensors::from_bytes(std::as_bytes(std::span(bytes)), "tiny"));
    return model.attend(model.encode(striped(40, 30), 16), {"", words_of_rows(rows)}).maps.front();
  };
  const auto last_word = [](const AttentionMaps& maps) {
    const auto row = maps.row(1, 0, maps.num_words - 1);
    return std::vector<float>(row.begin(), row.end());
  };
  // Row 1 is a colour, 2 a noun, 3 a verb, 4 another word (test::vocabulary_json).
  CHECK(last_word(maps_with({}, {1, 2})) != last_word(maps_with({}, {4, 2})));
  CHECK(last_word(maps_with({"colour", "noun"}, {1, 2})) == last_word(maps_with({"colour", "noun"}, {4, 2})));
  CHECK(last_word(maps_with({"colour"}, {1, 2})) != last_word(maps_with({"colour"}, {4, 2})));
  CHECK(last_word(maps_with({"colour", "noun"}, {1, 3})) != last_word(maps_with({"colour", "noun"}, {2, 3})));
  file.edit_vocabulary([](auto& vocabulary) { vocabulary[3]["kind"] = "material"; });  // row 4
  CHECK(last_word(maps_with({"material", "size"}, {1, 4})) == last_word(maps_with({"material", "size"}, {2, 4})));
}

TEST_CASE("views are attended each on its own, and the target comes from the mean of what words became") {
  const test::ModelFile file = test::tiny_model();
  const std::string bytes = file.bytes();
  const model::GroundingModel model(arrays::SafeTensors::from_bytes(std::as_bytes(std::span(bytes)), "tiny"));
  const Words words = words_of_rows({1, 2, 3});
  const std::vector<model::EncodedImage> views{model.encode(striped(64, 48), 16), model.encode(striped(30, 90), 25)};
  const model::Attended both = model.attend(views, {"", words}), first = model.attend(views[0], {"", words});
  REQUIRE(both.maps.size() == 2);
  CHECK(both.maps[0].weights == first.maps.front().weights);
  CHECK(both.maps[1].weights == model.attend(views[1], {"", words}).maps.front().weights);
  CHECK(both.target->score != first.target->score);
  const std::vector<model::EncodedImage> twice{views[0], views[0]};
  CHECK(model.attend(twice, {"", words}).target->score == first.target->score);
}
