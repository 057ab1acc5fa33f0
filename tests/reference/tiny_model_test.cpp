// A small random model against PyTorch, stage by stage (make_fixtures.py): with padding, words of two tokens,
// residuals.
#include "reference/forward_check.hpp"

using namespace attnviz;

TEST_CASE("the forward pass of a small model agrees with PyTorch") {
  const auto file = model::SafeTensors::open(std::string(ATTNVIZ_TEST_DATA) + "/reference/data/tiny.safetensors");
  const model::GroundingModel tiny(file);
  const test::Fixture fixture("tiny_forward.safetensors");
  test::check_forward(tiny, fixture, 1e-5);

  const model::EncodedImage encoded = tiny.encode(fixture.image("image"), tiny.default_patches());
  CHECK(encoded.grid.content_height == 40);
  const double score = tiny.attend(encoded, test::words_of(fixture)).target.value().score;
  CHECK(score == doctest::Approx(fixture.values<float>("score").at(0)).epsilon(1e-5));
}
