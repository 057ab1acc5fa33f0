// Compares every stage of a model's forward pass with a fixture that PyTorch computed.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "attnviz/image/patchify.hpp"
#include "model/grounding_model.hpp"
#include "support/fixture.hpp"

namespace attnviz::test {

// token_rows: [words], one row of the embedding a word, or [tokens, 2] of word index and row.
inline Words words_of(const Fixture& fixture) {
  const auto flat = fixture.values<std::int64_t>("token_rows");
  const bool single = fixture.shape("token_rows").size() == 1;
  Words words;
  for (std::size_t i = 0; i < flat.size(); i += single ? 1 : 2) {
    const std::size_t word = single ? i : static_cast<std::size_t>(flat.at(i));
    words.resize(word + 1);
    words[word].tokens.push_back({"", static_cast<std::size_t>(flat.at(single ? i : i + 1))});
  }
  return words;
}

// The weights of a row with the share of "nothing here" behind them.
inline std::vector<float> with_nothing(const AttentionMaps& maps) {
  std::vector<float> flat;
  for (std::size_t row = 0; row < maps.nothing.size(); ++row) {
    flat.insert(flat.end(), maps.weights.begin() + static_cast<std::ptrdiff_t>(row * maps.num_patches),
                maps.weights.begin() + static_cast<std::ptrdiff_t>((row + 1) * maps.num_patches));
    flat.push_back(maps.nothing[row]);
  }
  return flat;
}

// The image fills the input at scale 1, so that resizing has no part in the comparison.
inline void check_forward(const model::GroundingModel& model, const Fixture& fixture, double tolerance) {
  const Image image = fixture.image("image");
  const auto num_patches = static_cast<int>(fixture.shape("v").at(0));
  const model::EncodedImage encoded = model.encode(image, num_patches);
  REQUIRE(encoded.grid.num_patches() == num_patches);
  REQUIRE(encoded.grid.content_width == image.width);
  const model::MapSize size{static_cast<std::size_t>(encoded.grid.input_height),
                            static_cast<std::size_t>(encoded.grid.input_width)};
  const model::VisionConfig& vision = model.encoders().config().vision;
  const Matrix input = image::make_input(image, encoded.grid, vision.mean, vision.std);
  const model::TrunkFeatures features = model.encoders().trunk().run(input, size);
  CHECK(max_difference(features.f16, fixture.matrix("f16")) <= tolerance);
  CHECK(max_difference(features.f32, fixture.matrix("f32")) <= tolerance);
  CHECK(max_difference(encoded.patches, fixture.matrix("v")) <= tolerance);

  const Words words = words_of(fixture);
  CHECK(max_difference(model.encoders().word_encoder().run(words), fixture.matrix("words")) <= tolerance);
  const auto mask = model::content_mask(encoded.grid);
  const fusion::Fused fused =
      model.strategy().run(model.encoders().word_encoder().run(words), model::visual_tokens(encoded, mask));
  CHECK(max_difference(fused.words, fixture.matrix("fused")) <= tolerance);
  CHECK(max_difference(with_nothing(fused.maps.front()), fixture.values<float>("weights")) <= tolerance);

  Matrix summary(1, fused.words.cols());
  for (std::size_t w = 0; w < fused.words.rows(); ++w) {
    for (std::size_t c = 0; c < summary.cols(); ++c) {
      summary(0, c) += fused.words(w, c) / static_cast<float>(fused.words.rows());
    }
  }
  REQUIRE(model.action_head());
  CHECK(max_difference(model.action_head()->probabilities(summary, encoded.patches, mask),
                       fixture.values<float>("p")) <= tolerance);
  const Target target = model.attend(encoded, {"", words}).target.value();
  const Point point = encoded.grid.to_input(target.point);
  const Point low = encoded.grid.to_input({target.box.x0, target.box.y0});
  const Point high = encoded.grid.to_input({target.box.x1, target.box.y1});
  const auto number = [](double value) { return static_cast<float>(value); };
  // Pixels: compared at a looser tolerance than the values they come from.
  const std::vector<float> got_point{number(point.x), number(point.y)};
  const std::vector<float> got_box{number(low.x), number(low.y), number(high.x), number(high.y)};
  CHECK(max_difference(got_point, fixture.values<float>("point")) <= 100 * tolerance);
  CHECK(max_difference(got_box, fixture.values<float>("box")) <= 100 * tolerance);
}

}  // namespace attnviz::test
