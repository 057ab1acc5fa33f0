#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "attnviz/analysis/readout.hpp"
#include "attnviz/core/error.hpp"
#include "support/words.hpp"

using namespace attnviz;
using attnviz::test::word_of;
using namespace attnviz::analysis;

namespace {

// 2 layers, 2 heads, 1 word, 4 patches; rows and their nothing shares sum to 1.
AttentionMaps sample_maps() {
  AttentionMaps maps(2, 2, 1, 4, true);
  const float rows[2][2][5] = {{{0.1F, 0.2F, 0.3F, 0.2F, 0.2F}, {0.4F, 0.1F, 0.1F, 0.2F, 0.2F}},
                               {{0.6F, 0.0F, 0.0F, 0.0F, 0.4F}, {0.0F, 0.0F, 0.8F, 0.2F, 0.0F}}};
  for (std::size_t layer = 0; layer < 2; ++layer) {
    for (std::size_t head = 0; head < 2; ++head) {
      for (std::size_t patch = 0; patch < 4; ++patch) maps.row(layer, head, 0)[patch] = rows[layer][head][patch];
      maps.nothing[maps.row_index(layer, head, 0)] = rows[layer][head][4];
    }
  }
  return maps;
}

// 32 x 32 pixels of input, 2 x 2 patches; `content_width` cuts the right column away where it is 16 or less.
PatchGrid small_grid(int content_width = 32) { return {32, 32, 32, 32, content_width, 32, 16}; }

std::string usage_error(const AttentionMaps& maps, const ViewChoice& view) {
  try {
    aggregate(maps, view);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("aggregate takes one layer and head, or their mean") {
  const AttentionMaps maps = sample_maps();
  CHECK(aggregate(maps, {"1", "0"}).weights[0] == std::vector<float>{0.6F, 0, 0, 0});
  const WordMaps last = aggregate(maps, {"last", "mean"});
  CHECK(last.weights[0][0] == doctest::Approx(0.3));
  CHECK(last.weights[0][2] == doctest::Approx(0.4));
  CHECK(last.nothing[0] == doctest::Approx(0.2));
  const WordMaps all = aggregate(maps, {"mean", "mean"});
  CHECK(all.weights[0][0] == doctest::Approx((0.1 + 0.4 + 0.6 + 0.0) / 4));
  CHECK(all.nothing[0] == doctest::Approx(0.2));
}

TEST_CASE("the maximum over heads is scaled to a sum of 1 with the nothing share") {
  const WordMaps maps = aggregate(sample_maps(), {"last", "max"});
  const double sum = 0.6 + 0.8 + 0.2 + 0.4;
  CHECK(maps.weights[0][0] == doctest::Approx(0.6 / sum));
  CHECK(maps.nothing[0] == doctest::Approx(0.4 / sum));
}

TEST_CASE("rollout halves what came before with every layer") {
  const WordMaps maps = aggregate(sample_maps(), {"rollout", "mean"});
  // R1 = A1 / 2, R2 = R1 / 2 + A2 / 2: one part of the first layer, two of the second.
  CHECK(maps.weights[0][0] == doctest::Approx((0.25 + 2 * 0.3) / 3));
  CHECK(maps.weights[0][3] == doctest::Approx((0.2 + 2 * 0.1) / 3));
  CHECK(maps.nothing[0] == doctest::Approx(0.2));
  const WordMaps head = aggregate(sample_maps(), {"rollout", "1"});
  CHECK(head.weights[0][2] == doctest::Approx((0.1 + 2 * 0.8) / 3));
}

TEST_CASE("the mean of layers of the maximum of heads: every layer counts the same") {
  const WordMaps maps = aggregate(sample_maps(), {"mean", "max"});
  const double first = 0.4 + 0.2 + 0.3 + 0.2 + 0.2, second = 0.6 + 0.8 + 0.2 + 0.4;
  CHECK(maps.weights[0][0] == doctest::Approx((0.4 / first + 0.6 / second) / 2));
  CHECK(maps.nothing[0] == doctest::Approx((0.2 / first + 0.4 / second) / 2));
}

TEST_CASE("a layer or head that is not there is a usage error that names the option") {
  const AttentionMaps maps = sample_maps();
  CHECK(usage_error(maps, {"2", "mean"}) == "--layer: 2 is beyond the model; it has 0 to 1");
  CHECK(usage_error(maps, {"last", "7"}) == "--head: 7 is beyond the model; it has 0 to 1");
  CHECK(usage_error(maps, {"first", "mean"}).find("--layer: 'first'") == 0);
  CHECK(usage_error(maps, {"last", "-1"}).find("--head: '-1'") == 0);
  CHECK(usage_error(maps, {"99999999999999999999", "mean"}).find("--layer") == 0);
}

TEST_CASE("a relative map is what a word gives beyond the mean over the words") {
  const WordMaps maps{{{0.5F, 0.3F, 0.0F, 0.0F}, {0.5F, 0.0F, 0.3F, 0.0F}}, {0.2F, 0.2F}};
  const WordMaps relative = relative_to_mean(maps);  // the patch that both share is gone
  CHECK(relative.weights[0][0] == doctest::Approx(0));
  CHECK(relative.weights[0][1] == doctest::Approx(0.8));
  CHECK(relative.weights[1][2] == doctest::Approx(0.8));
  CHECK(relative.nothing == maps.nothing);
}

TEST_CASE("a relative view is the relative map of what it aggregates") {
  AttentionMaps two(1, 1, 2, 4, false);
  two.weights = {0.5F, 0.3F, 0.2F, 0.0F, 0.5F, 0.0F, 0.3F, 0.2F};
  const WordMaps plain = aggregate(two, {"last", "mean"}), relative = aggregate(two, {"last", "mean", true});
  CHECK(relative.weights == relative_to_mean(plain).weights);
  CHECK(relative.weights != plain.weights);
}

TEST_CASE("with nothing to compare with a relative map stays as it is") {
  const WordMaps one{{{0.5F, 0.3F, 0.0F, 0.2F}}, {}};
  CHECK(relative_to_mean(one).weights == one.weights);
  const WordMaps equal{{{0.5F, 0.5F}, {0.5F, 0.5F}}, {}};
  CHECK(relative_to_mean(equal).weights == equal.weights);
}

TEST_CASE("heat leaves the nothing share and the padding out and sums to 1") {
  const WordMaps maps{{{0.2F, 0.3F, 0.2F, 0.0F}}, {0.3F}};
  const Words words{word_of("cup", WordKind::noun)};
  const WordReading whole = read_words(maps, words, small_grid(), 4)[0];
  CHECK(whole.heat[1] == doctest::Approx(0.3 / 0.7));
  CHECK(*whole.nothing == doctest::Approx(0.3));
  CHECK(whole.top.back().cumulative == doctest::Approx(1.0));
  const WordReading left = read_words(maps, words, small_grid(16), 2)[0];
  CHECK(left.heat == std::vector<float>{0.5F, 0, 0.5F, 0});
  CHECK(left.entropy == doctest::Approx(1.0));
}

TEST_CASE("a word that gave everything to nothing has a uniform map, not NaN") {
  const WordReading reading =
      read_words({{{0, 0, 0, 0}}, {1.0F}}, {word_of("cup", WordKind::noun)}, small_grid(), 1)[0];
  CHECK(reading.heat == std::vector<float>(4, 0.25F));
}

TEST_CASE("top patches come highest first, ties by index, never from the padding") {
  const std::vector<float> heat{0.2F, 0.3F, 0.3F, 0.2F};
  const auto top = top_patches(heat, small_grid(), 4);
  CHECK(top[0].patch == 1);
  CHECK(top[1].patch == 2);
  CHECK(top[2].patch == 0);
  CHECK(top[1].row == 1);
  CHECK(top[1].col == 0);
  CHECK(top[1].box.y0 == 16);
  CHECK_THROWS_AS(top_patches(heat, small_grid(), 5), Error);
  CHECK_THROWS_AS(top_patches(heat, small_grid(), 0), Error);
  CHECK_THROWS_AS(top_patches(heat, small_grid(16), 3), Error);
}

TEST_CASE("entropy runs from 0, one patch, to 1, uniform") {
  CHECK(normalised_entropy({0, 1, 0, 0}, 4) == 0);
  CHECK(normalised_entropy({0.25F, 0.25F, 0.25F, 0.25F}, 4) == doctest::Approx(1));
  CHECK(normalised_entropy({0.5F, 0.5F, 0, 0}, 4) == doctest::Approx(0.5));
  CHECK(normalised_entropy({1}, 1) == 0);
}

TEST_CASE("a sink is what every word looks at, a word that names nothing among them") {
  std::vector<float> row(100, 0.008F);
  row[7] = 0.2F;
  const PatchGrid grid{160, 160, 160, 160, 160, 160, 16};
  const WordMaps maps{{row, row}, {}};
  const Words with_other{word_of("the", WordKind::other), word_of("cup", WordKind::noun)};
  const Words without{word_of("red", WordKind::colour), word_of("cup", WordKind::noun)};
  CHECK(find_sinks(maps, with_other, grid)[7]);
  CHECK_FALSE(find_sinks(maps, with_other, grid)[8]);
  CHECK_FALSE(find_sinks(maps, without, grid)[7]);
  CHECK(read_words(maps, with_other, grid, 1)[1].sink == doctest::Approx(0.2 / (0.2 + 99 * 0.008)));
}

TEST_CASE("agreement is the overlap of the heads' maps") {
  const AttentionMaps maps = sample_maps();
  CHECK(aggregate(maps, {"0", "mean"}).agreement.at(0) == doctest::Approx(0.625));
  CHECK(aggregate(maps, {"last", "max"}).agreement.at(0) == doctest::Approx(0));
  CHECK(aggregate(maps, {"last", "1"}).agreement.empty());
  AttentionMaps same(1, 3, 1, 4, true);  // the third head looks at nothing: it has no say
  for (std::size_t head = 0; head < 3; ++head) {
    same.row(0, head, 0)[2] = head == 2 ? 0.0F : 0.5F + 0.25F * static_cast<float>(head);
    same.nothing[head] = 1 - same.row(0, head, 0)[2];
  }
  CHECK(aggregate(same, {"last", "mean"}).agreement[0] == doctest::Approx(1));
  CHECK(read_words(aggregate(maps, {"0", "mean"}), {word_of("cup", WordKind::noun)}, small_grid(), 1)[0]
            .agreement.value() == doctest::Approx(0.625));
}

TEST_CASE("a patch belongs to the word that gives it most, traces to nobody") {
  // Two words that see, a third that gives nearly all to "nothing here".
  const WordMaps maps{{{0.6F, 0.2F, 0.2F, 0.0F}, {0.3F, 0.7F, 0.0F, 0.0F}, {0.0F, 0.0F, 0.0F, 0.01F}},
                      {0.0F, 0.0F, 0.99F}};
  const std::vector<PatchReading> patches = read_patches(maps, small_grid());
  CHECK(patches[0].word == 0);
  CHECK(patches[0].share == doctest::Approx(0.6 / 0.9));
  CHECK(patches[0].strength == doctest::Approx(1));
  CHECK(patches[1].word == 1);
  CHECK(patches[2].strength == doctest::Approx(1.0 / 3));
  CHECK(patches[3].word == -1);
  CHECK(patches[3].share == 0);
  CHECK(read_patches(maps, small_grid(16))[1].word == -1);  // padding is nobody's
  CHECK(read_patches({{{0, 0, 0, 0}}, {}}, small_grid())[0].word == -1);
}
