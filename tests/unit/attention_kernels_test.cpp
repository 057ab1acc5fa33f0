// The kernels of streaming softmax by themselves, against plain loops in double precision.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "attention/kernels/softmax_kernel.hpp"
#include "support/isa_line.hpp"
#include "support/random_matrix.hpp"

using namespace attnviz;
using namespace attnviz::attention;

namespace {

// |got - want| in units of want's last place as a float.
double units_off(float got, double want) {
  const float rounded = static_cast<float>(want);
  return std::fabs(got - want) / (static_cast<double>(std::nextafter(rounded, INFINITY)) - rounded);
}

// The state of `lanes` lanes before the first block of keys.
struct Lanes {
  Matrix max, sum, carry, check, decay;  // [1, lanes]

  explicit Lanes(std::size_t lanes) : max(1, lanes), sum(1, lanes), carry(1, lanes), check(1, lanes), decay(1, lanes) {
    for (float& value : max.row(0)) value = kMaskedScore;
  }
  SoftmaxState state() { return {max.data(), sum.data(), carry.data(), check.data()}; }
};

constexpr std::size_t kLanes = 32, kKeys = 21;  // of a block

// Every other lane has no key in the first block, every third none in the last; single keys are masked everywhere.
bool masked(std::size_t key, std::size_t lane) {
  const std::size_t block = key / kKeys;
  return (block == 0 && lane % 2 == 0) || (block == 2 && lane % 3 == 0) || (key + lane) % 5 == 0;
}

// What one lane of scores [keys, lanes] comes to.
struct Expected {
  float max = kMaskedScore;
  double sum = 0, sum_of_keys = 0;

  Expected(const Matrix& scores, std::size_t lane) {
    for (std::size_t key = 0; key < scores.rows(); ++key) max = std::fmax(max, scores(key, lane));
    for (std::size_t key = 0; key < scores.rows(); ++key) {
      if (masked(key, lane)) continue;
      const double weight = std::exp(double{scores(key, lane)} - max);
      sum += weight;
      sum_of_keys += weight * static_cast<double>(key);
    }
  }
};

}  // namespace

TEST_CASE("exp is within 2 units in the last place, and 0 from -87 on") {
  constexpr std::size_t kCount = 16 * 30000;
  Matrix from(1, kCount), to(1, kCount), scale(1, kCount), factors(1, kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto part = static_cast<float>(i) / (kCount - 1);
    from(0, i) = i % 2 == 0 ? -90.0f * part : -90.0f * std::pow(part, 8.0f);  // evenly, and many near 0
    scale(0, i) = 1;
  }
  exp_differences(from.data(), to.data(), scale.data(), kCount, factors.data());
  double worst = 0;
  std::size_t wrong_zeros = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    if (from(0, i) > -87) worst = std::fmax(worst, units_off(factors(0, i), std::exp(static_cast<double>(from(0, i)))));
    if (from(0, i) <= -87 && factors(0, i) != 0) ++wrong_zeros;
  }
  CHECK(worst <= 2);
  CHECK(wrong_zeros == 0);
  CHECK(factors(0, 0) == 1.0f);
}

TEST_CASE("factors are exp(from - to) times a scale, however far apart the two are") {
  Matrix from(1, 16), to(1, 16), scale(1, 16), factors(1, 16);
  for (std::size_t i = 0; i < 16; ++i) {
    from(0, i) = i % 2 == 0 ? 5.0f : kMaskedScore;
    to(0, i) = i % 4 < 2 ? 5.5f : 3e38f;
    scale(0, i) = static_cast<float>(i + 1);
  }
  exp_differences(from.data(), to.data(), scale.data(), 16, factors.data());
  for (std::size_t i = 0; i < 16; ++i) {
    const double want = i % 4 == 0 ? std::exp(-0.5) * static_cast<double>(i + 1) : 0.0;
    CHECK(factors(0, i) == doctest::Approx(want).epsilon(1e-6));
  }
}

TEST_CASE("transpose: every size around four rows and columns, any stride, nothing beside it") {
  for (std::size_t rows = 1; rows <= 9; ++rows) {
    for (std::size_t cols = 1; cols <= 9; ++cols) {
      for (const auto& [x_more, y_more] : {std::pair<std::size_t, std::size_t>{0, 0}, {3, 1}, {0, 5}}) {
        const Matrix x = test::random_matrix(rows, cols + x_more, 1);
        Matrix y(cols, rows + y_more), want(cols, rows + y_more);
        for (std::size_t i = 0; i < cols * (rows + y_more); ++i) y.data()[i] = want.data()[i] = 99;
        for (std::size_t r = 0; r < rows; ++r) {
          for (std::size_t c = 0; c < cols; ++c) want(c, r) = x(r, c);
        }
        transpose(x.data(), cols + x_more, rows, cols, y.data(), rows + y_more);
        CHECK(std::equal(y.data(), y.data() + cols * (rows + y_more), want.data()));
      }
    }
  }
}

TEST_CASE("softmax over blocks of keys with masked stretches") {
  constexpr std::size_t kBlocks = 3, kStride = kLanes + 16;
  Matrix scores = test::random_matrix(kBlocks * kKeys, kStride, 3, 8.0f);
  for (std::size_t key = 0; key < scores.rows(); ++key) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (masked(key, lane)) scores(key, lane) = kMaskedScore;
    }
  }
  const Matrix given = scores;
  Lanes lanes(kLanes);
  std::vector<double> sum_of_keys(kLanes);  // as the sum of values: each block's added to what decays
  for (std::size_t first = 0; first < scores.rows(); first += kKeys) {
    softmax_block(scores.row(first).data(), kKeys, kLanes, kStride, lanes.state(), lanes.decay.data());
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      sum_of_keys[lane] *= lanes.decay(0, lane);
      for (std::size_t key = first; key < first + kKeys; ++key)
        sum_of_keys[lane] += static_cast<double>(key) * double{scores(key, lane)};
    }
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const Expected want(given, lane);
    CHECK(lanes.max(0, lane) == want.max);
    CHECK(lanes.sum(0, lane) == doctest::Approx(want.sum).epsilon(1e-6));
    CHECK(sum_of_keys[lane] == doctest::Approx(want.sum_of_keys).epsilon(1e-6));
    CHECK(lanes.check(0, lane) == 0);
  }
}

TEST_CASE("a score that is not finite marks its lane alone") {
  Lanes lanes(kLanes);
  Matrix scores = test::random_matrix(kKeys, kLanes, 6);
  scores(4, 3) = NAN;
  scores(20, 17) = INFINITY;
  scores(0, 30) = -INFINITY;
  softmax_block(scores.data(), kKeys, kLanes, kLanes, lanes.state(), lanes.decay.data());
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    CHECK((lanes.check(0, lane) == 0) == (lane != 3 && lane != 17 && lane != 30));
  }
}
