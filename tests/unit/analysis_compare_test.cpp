// Two reports side by side: maps of one grid and of two, ranks, places, pairs of words.
#include "attnviz/analysis/compare.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

#include "attnviz/analysis/readout.hpp"

using namespace attnviz;
using analysis::MapResampler;
using Approx = doctest::Approx;

namespace {

// 4 x 3 patches of 10 pixels.
const PatchGrid kGrid{40, 30, 64, 48, 64, 48, 16};

PatchGrid grid_of(int cols, int rows, int width = 40, int height = 30) {
  return {width, height, cols * 16, rows * 16, cols * 16, rows * 16, 16};
}

std::vector<float> map_with(std::size_t size, const std::vector<std::pair<std::size_t, float>>& weights) {
  std::vector<float> map(size);
  for (const auto& [patch, weight] : weights) map[patch] = weight;
  return map;
}

double sum_of(const std::vector<double>& map) { return std::accumulate(map.begin(), map.end(), 0.0); }

// A report of one word, "cup".
Report report_of(const PatchGrid& grid, const std::vector<float>& map) {
  Report report;
  report.words = {{"cup", 0, 3, {}, true, WordKind::noun}};
  report.main_view().grid = grid;
  WordReading reading;
  reading.heat = map;
  reading.top = analysis::top_patches(map, grid, 2);
  report.main_view().readings = {reading};
  return report;
}

MapComparison compared(const Report& a, const Report& b) {
  return analysis::compare(a, b, {{{0, 0}}, {}, {}}).views.front().words.front();
}

Words words_of(const std::vector<std::string>& texts) {
  Words words;
  for (const std::string& text : texts) words.push_back({text, 0, 0, {}, true, std::nullopt});
  return words;
}

}  // namespace

TEST_CASE("identical maps overlap wholly, and nothing moved") {
  const Report report = report_of(kGrid, map_with(12, {{0, 0.5F}, {5, 0.3F}, {11, 0.2F}}));
  const MapComparison same = compared(report, report);
  CHECK(same.whole);
  CHECK(*same.overlap == Approx(1).epsilon(1e-12));
  CHECK(!same.moved);
  CHECK(same.distance == 0);
  CHECK(same.a.rank_in_other == 1);
}

TEST_CASE("disjoint maps overlap nowhere, and all moved from one patch to the other") {
  const MapComparison word =
      compared(report_of(kGrid, map_with(12, {{0, 1.0F}})), report_of(kGrid, map_with(12, {{11, 1.0F}})));
  CHECK(*word.overlap == 0);
  CHECK(word.a.patch == 0);
  CHECK(word.b.patch == 11);
  CHECK(word.distance == Approx(std::hypot(30, 20)));
  REQUIRE(word.moved);
  CHECK(word.moved->share == Approx(1));
  CHECK(word.moved->lost.centre.x == Approx(5));
  CHECK(word.moved->gained.centre.x == Approx(35));
  CHECK(word.moved->gained.centre.y == Approx(25));
  CHECK(word.moved->gained.strongest.x0 == Approx(30));
  CHECK(word.moved->distance == Approx(std::hypot(30, 20)));
  CHECK(!word.a.rank_in_other);  // no weight there
}

TEST_CASE("a part that moved: its share, the mean places and the strongest cells") {
  const Report a = report_of(kGrid, map_with(12, {{0, 0.5F}, {1, 0.3F}, {2, 0.2F}}));
  const Report b = report_of(kGrid, map_with(12, {{0, 0.5F}, {10, 0.1F}, {11, 0.4F}}));
  const MapComparison word = compared(a, b);
  CHECK(*word.overlap == Approx(0.5));
  REQUIRE(word.moved);
  CHECK(word.moved->lost.centre.x == Approx((15 * 0.3 + 25 * 0.2) / 0.5));
  CHECK(word.moved->lost.strongest.x0 == Approx(10));
  CHECK(word.moved->gained.centre.x == Approx((25 * 0.1 + 35 * 0.4) / 0.5));
  CHECK(word.moved->gained.strongest.x1 == Approx(40));
}

TEST_CASE("ranks of the listed patches of both, in both") {
  const Report a = report_of(kGrid, map_with(12, {{0, 0.5F}, {1, 0.3F}, {2, 0.2F}}));
  const Report b = report_of(kGrid, map_with(12, {{2, 0.6F}, {0, 0.3F}, {7, 0.1F}}));
  const MapComparison word = compared(a, b);
  CHECK(word.a.rank_in_other == 2);
  CHECK(word.b.rank_in_other == 3);
  REQUIRE(word.ranks.size() == 3);  // 0 and 1 of A, then 2 of B
  CHECK(word.ranks[1].patch == 1);
  CHECK(word.ranks[1].a.rank == 2);
  CHECK(!word.ranks[1].b.rank);
  CHECK(*word.ranks[1].b.weight == 0);
  CHECK(word.ranks[2].patch == 2);
  CHECK(word.ranks[2].a.rank == 3);
  CHECK(word.ranks[2].b.rank == 1);
}

TEST_CASE("without maps the listed patches are compared, on one grid alone") {
  Report a = report_of(kGrid, map_with(12, {{0, 0.5F}, {1, 0.3F}, {2, 0.2F}}));
  Report b = report_of(kGrid, map_with(12, {{1, 0.6F}, {7, 0.4F}}));
  b.main_view().readings[0].heat.clear();
  const MapComparison word = compared(a, b);
  CHECK(!word.whole);
  CHECK(*word.overlap == Approx(0.3));
  CHECK(!word.moved);
  CHECK(!word.a.rank_in_other);
  CHECK(word.b.rank_in_other == 2);
  const Report other = report_of(grid_of(2, 2), map_with(4, {{3, 0.75F}, {0, 0.25F}}));
  const MapComparison across = compared(other, b);
  CHECK(!across.overlap);
  CHECK(across.ranks.empty());
  CHECK(across.b.centre.x == Approx(15));
}

TEST_CASE("a peak is the best listed patch where rounding made a tie") {
  Report a = report_of(kGrid, map_with(12, {{3, 0.5F}, {8, 0.5F}}));
  a.main_view().readings[0].top[0].patch = 8;
  CHECK(compared(a, a).a.patch == 8);
  a.main_view().readings[0].top[0].patch = 9;  // edited: not the highest
  CHECK(compared(a, a).a.patch == 3);
}

TEST_CASE("a map comes onto another grid by the area that its patches cover, and loses nothing") {
  const std::vector<double> halves =
      MapResampler(grid_of(4, 1), grid_of(2, 1))({0.125F, 0.5F, 0.25F, 0.125F});  // two patches a cell
  CHECK(halves[0] == Approx(0.625));
  CHECK(halves[1] == Approx(0.375));
  const std::vector<double> thirds = MapResampler(grid_of(2, 1), grid_of(3, 2))({0.75F, 0.25F});
  CHECK(thirds[0] == Approx(0.25));  // two thirds of a patch's width, half of its height
  CHECK(thirds[1] == Approx(0.125 + 0.25 / 6));
  CHECK(thirds[5] == Approx(0.25 / 3));
  CHECK(sum_of(thirds) == Approx(1).epsilon(1e-12));
}

TEST_CASE("edge patches that padding cuts off give all their weight to the image's edge") {
  const PatchGrid cut{100, 70, 64, 48, 50, 35, 16};     // the last column has 2 of 16 pixels, the last row 3
  const PatchGrid padded{100, 70, 96, 64, 60, 42, 16};  // its last columns and row are padding
  const std::vector<float> corner = map_with(12, {{11, 1.0F}});
  const MapResampler resample(cut, padded);
  const std::vector<double> map = resample(corner);
  CHECK(sum_of(map) == Approx(1).epsilon(1e-12));
  CHECK(map[2 * 6 + 3] == Approx(1));  // x 96..100 and y 64..70 lie in its last patch with content
  const MapResampler back(padded, cut);
  std::vector<float> every(24);
  for (std::size_t row = 0; row < 3; ++row)
    std::fill_n(every.begin() + static_cast<std::ptrdiff_t>(row * 6), 4, 1 / 12.F);
  CHECK(sum_of(back(every)) == Approx(1).epsilon(1e-12));
}

TEST_CASE("grids of placed images: padding takes part in nothing, a crop is compared on what sees more") {
  // 400 x 300 in 4 x 4 patches of 10: bars of 5 pixels above and below; cropped to the middle 300 x 300.
  const PatchGrid boxed{400, 300, 40, 40, 40, 30, 10, 0, 5}, crop{400, 300, 40, 40, 54, 40, 10, -7, 0};
  const PatchGrid plain = grid_of(4, 3, 400, 300);
  std::vector<float> heat(16);
  heat[4 * 1 + 2] = 1;  // input y 10 to 20: image y 50 to 150
  const std::vector<double> moved = MapResampler(boxed, plain)(heat);
  CHECK(moved[0 * 4 + 2] == doctest::Approx(0.5));
  CHECK(moved[1 * 4 + 2] == doctest::Approx(0.5));
  CHECK(&analysis::coarser(crop, plain) == &plain);
  CHECK(&analysis::coarser(plain, crop) == &plain);
  CHECK(&analysis::coarser(boxed, plain) == &plain);
  CHECK_FALSE(analysis::same_patches(boxed, {400, 300, 40, 40, 40, 30, 10, 0, 0}));
  const std::vector<double> whole = MapResampler(crop, plain)(std::vector<float>(16, 1.0F / 16));
  CHECK(std::accumulate(whole.begin(), whole.end(), 0.0) == doctest::Approx(1));
  CHECK(whole[0] < whole[1]);  // half of it is not seen
}

TEST_CASE("grids of any shapes keep the weight, also through their longest sides") {
  for (const auto& [cols, rows] : std::vector<std::pair<int, int>>{{1, 1}, {1, 5000}, {5000, 1}, {7, 11}, {3, 2}}) {
    for (const auto& [to_cols, to_rows] : std::vector<std::pair<int, int>>{{1, 1}, {5000, 1}, {1, 5000}, {13, 5}}) {
      const auto size = static_cast<std::size_t>(cols) * static_cast<std::size_t>(rows);
      const std::vector<double> map = MapResampler(grid_of(cols, rows, 640, 480), grid_of(to_cols, to_rows, 640, 480))(
          std::vector<float>(size, 1 / static_cast<float>(size)));
      CHECK(map.size() == static_cast<std::size_t>(to_cols) * static_cast<std::size_t>(to_rows));
      CHECK(sum_of(map) == Approx(1).epsilon(1e-9));
      CHECK(map.front() == Approx(1 / static_cast<double>(map.size())).epsilon(1e-6));  // uniform stays uniform
    }
  }
  CHECK_THROWS_AS(MapResampler(kGrid, kGrid)({1.0F}), std::logic_error);
}

TEST_CASE("one place seen on a fine and on a coarse grid is one place; the coarser one is common") {
  const PatchGrid coarse = grid_of(2, 1);
  const Report fine = report_of(kGrid, map_with(12, {{0, 0.5F}, {5, 0.5F}}));
  const Report wide = report_of(coarse, {1.0F, 0.0F});
  const ReportComparison found = analysis::compare(fine, wide, {{{0, 0}}, {}, {}});
  CHECK(*found.views[0].words[0].overlap == Approx(1));
  CHECK(found.views[0].grid.cols() == 2);
  CHECK(!found.views[0].same_grid);
  CHECK(found.views[0].words[0].ranks.empty());
  CHECK(!found.views[0].words[0].a.rank_in_other);
  CHECK(analysis::compare(wide, fine, {{{0, 0}}, {}, {}}).views[0].grid.cols() == 2);
}

TEST_CASE("the same patches of another resolution are one grid, padding of another size is not") {
  CHECK(analysis::same_patches(kGrid, {40, 30, 128, 96, 128, 96, 32}));
  CHECK(!analysis::same_patches(kGrid, {40, 30, 64, 48, 60, 48, 16}));
  CHECK(!analysis::same_patches(grid_of(4, 3), grid_of(3, 4)));
}

TEST_CASE("the n-th word of a text goes with the n-th, the rest stay alone") {
  const WordPairing words =
      analysis::pair_words(words_of({"the", "cup", "the", "the"}), words_of({"red", "the", "the", "cup", "cup"}));
  REQUIRE(words.pairs.size() == 3);
  CHECK(words.pairs[0].b == 1);
  CHECK(words.pairs[1].b == 3);
  CHECK(words.pairs[2].a == 2);
  CHECK(words.pairs[2].b == 2);
  CHECK(words.only_a == std::vector<std::size_t>{3});
  CHECK(words.only_b == std::vector<std::size_t>{0, 4});
}

TEST_CASE("targets are compared where both have one; views of other images are the caller's mistake") {
  Report a = report_of(kGrid, map_with(12, {{0, 1.0F}})), b = a;
  CHECK(!analysis::compare(a, b, {{{0, 0}}, {}, {}}).target);
  a.target = Target{{5, 5}, {0, 0, 10, 10}, 0.5};
  b.target = Target{{8, 9}, {5, 0, 15, 10}, 0.5};
  const auto target = analysis::compare(a, b, {{{0, 0}}, {}, {}}).target;
  REQUIRE(target);
  CHECK(target->distance == Approx(5));
  CHECK(target->iou == Approx(1.0 / 3));
  b.main_view().grid.image_width = 41;
  CHECK_THROWS_AS(analysis::compare(a, b, {{{0, 0}}, {}, {}}), std::logic_error);
}
