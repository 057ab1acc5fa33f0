// Small random models against PyTorch, stage by stage (make_fixtures.py): with padding, words of two tokens, residuals,
// and one with patch mixers.
#include "reference/forward_check.hpp"

using namespace attnviz;

TEST_CASE("the forward pass of a small model agrees with PyTorch") {
  for (const std::string name : {"tiny", "mixed"}) {
    CAPTURE(name);
    const auto file =
        arrays::SafeTensors::open(std::string(ATTNVIZ_TEST_DATA) + "/reference/data/" + name + ".safetensors");
    const model::GroundingModel small(file);
    CHECK(small.facts().name == name);
    const test::Fixture fixture(name + "_forward.safetensors");
    test::check_forward(small, fixture, 1e-5);

    const model::EncodedImage encoded = small.encode(fixture.image("image"), std::nullopt);
    CHECK(encoded.grid.content_height == 40);
    const double score = small.attend(encoded, {"", test::words_of(fixture)}).target.value().score;
    CHECK(score == doctest::Approx(fixture.values<float>("score").at(0)).epsilon(1e-5));
  }
}
