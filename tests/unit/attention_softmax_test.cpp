// Softmax of one row.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "attnviz/attention/softmax.hpp"

using attnviz::attention::softmax;

TEST_CASE("softmax of adversarial rows") {
  std::vector<float> huge{1e30f, -1e30f, 1e30f};
  REQUIRE(softmax(huge));
  CHECK(huge[0] == 0.5f);
  CHECK(huge[1] == 0.0f);
  std::vector<float> equal(7, -3e38f);
  REQUIRE(softmax(equal));
  for (const float weight : equal) CHECK(weight == doctest::Approx(1.0 / 7).epsilon(1e-7));
  std::vector<float> one{-5.0f};
  REQUIRE(softmax(one));
  CHECK(one[0] == 1.0f);
  std::vector<float> close{20000.0f, 20000.0f - 0.5f};
  REQUIRE(softmax(close));
  CHECK(std::fabs(close[0] - 1.0 / (1.0 + std::exp(-0.5))) < 1e-7);
}

TEST_CASE("softmax leaves masked keys at zero, whatever they hold, and says where there is no answer") {
  const std::vector<std::uint8_t> mask{0, 1, 1}, none{0, 0, 0};
  std::vector<float> row{NAN, 0.0f, 0.0f};
  REQUIRE(softmax(row, mask));
  CHECK(row == std::vector<float>{0.0f, 0.5f, 0.5f});
  std::vector<float> masked(3, 1.0f), broken{1.0f, NAN}, infinite{INFINITY, 1.0f}, empty;
  CHECK_FALSE(softmax(masked, none));
  CHECK_FALSE(softmax(broken));
  CHECK_FALSE(softmax(infinite));
  CHECK_FALSE(softmax(empty));
}
