// Many small maps on one sheet.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "attnviz/render/matrix_sheet.hpp"
#include "support/no_fonts.hpp"

using namespace attnviz;

namespace {

const PatchGrid kGrid{64, 64, 64, 64, 64, 64, 32};  // 2 x 2 patches

Image dark_image() {
  Image image(64, 64);
  std::ranges::fill(image.rgb, std::uint8_t{10});
  return image;
}

// Map i has all its weight, 1 - i / 10, on patch i.
render::MapMatrix matrix_of(std::size_t rows, std::size_t columns) {
  render::MapMatrix matrix;
  matrix.rows.assign(rows, "0");
  matrix.columns.assign(columns, "1");
  for (std::size_t i = 0; i < rows * columns; ++i) {
    WordReading map;
    map.heat = std::vector<float>(4);
    map.heat[i % 4] = 1 - 0.1F * static_cast<float>(i);
    matrix.maps.push_back(map);
  }
  return matrix;
}

Image draw(const render::MapMatrix& matrix) {
  const test::NoFonts no_fonts;
  render::Looks looks;
  looks.interpolation = render::Interpolation::nearest;
  looks.alpha = 1;
  return render::matrix_sheet(dark_image(), kGrid, matrix, looks, render::Labels("01"));
}

// Pixels of the top colour in maps.
int count_top(const Image& sheet) {
  int count = -8;  // the end of the colour bar
  for (int y = 0; y < sheet.height; ++y) {
    for (int x = 0; x < sheet.width; ++x) {
      const std::uint8_t* pixel = sheet.pixel(x, y);
      count += pixel[0] == 252 && pixel[1] == 255 && pixel[2] == 164 ? 1 : 0;
    }
  }
  return count;
}

}  // namespace

TEST_CASE("every map has its own scale, or all share the highest") {
  render::MapMatrix matrix = matrix_of(2, 2);
  const int of_one = 90 * 90;  // maps of 180 x 180 pixels, a quarter each
  CHECK(count_top(draw(matrix)) == 4 * of_one);
  matrix.scale = render::MatrixScale::all;
  CHECK(count_top(draw(matrix)) == of_one);
}

TEST_CASE("a row may share a scale, which a map that looks at nothing does not set") {
  render::MapMatrix matrix = matrix_of(2, 2);
  matrix.scale = render::MatrixScale::row;
  CHECK(count_top(draw(matrix)) == 2 * 90 * 90);  // the first of each row is the higher
  matrix.maps[0].nothing = 0.5;
  CHECK(count_top(draw(matrix)) == 2 * 90 * 90);  // now the second of the first row, the first one is faint
}

TEST_CASE("maps over a pale copy of the image, maps of another size") {
  render::MapMatrix matrix = matrix_of(1, 2);
  matrix.maps[1].nothing = 1;
  matrix.largest_map = 100;
  const auto count = [](const Image& sheet, int value) {
    int found = 0;
    for (std::size_t i = 0; i < sheet.rgb.size(); i += 3) found += sheet.rgb[i] == value && sheet.rgb[i + 1] == value;
    return found;
  };
  CHECK(count(draw(matrix), 10) == 3 * 50 * 50 + 100 * 100);
  matrix.first_pale = 1;
  CHECK(count(draw(matrix), 10) == 3 * 50 * 50);
  CHECK(count(draw(matrix), 106) == 100 * 100);
}

TEST_CASE("a map that looks at nothing is the image") {
  render::MapMatrix matrix = matrix_of(1, 2);
  matrix.maps[1].nothing = 1;
  CHECK(count_top(draw(matrix)) == 90 * 90);
}

TEST_CASE("sheets of many maps stay of a size that viewers open") {
  const Image sheet = draw(matrix_of(24, 32));
  CHECK(sheet.width < 2600);
  CHECK(sheet.height < 3000);
}

namespace {

// The ink of a part of the sheet, from its top left corner.
std::vector<std::uint8_t> part_of(const Image& sheet, int x, int y, int width, int height) {
  std::vector<std::uint8_t> part;
  for (int row = y; row < y + height; ++row) {
    part.insert(part.end(), sheet.pixel(x, row), sheet.pixel(x, row) + static_cast<std::ptrdiff_t>(width) * 3);
  }
  return part;
}

// A row of maps of a tall image, and the sheet's parts in which the names of the columns stand.
std::set<std::vector<std::uint8_t>> names_of_columns(const std::vector<std::string>& columns,
                                                     const render::Labels& labels) {
  constexpr int kWidth = 30, kHeight = 240;
  const PatchGrid grid{kWidth, kHeight, 32, 256, 30, 240, 32};
  render::MapMatrix matrix;
  matrix.rows = {"0"};
  matrix.columns = columns;
  matrix.maps.resize(columns.size());
  for (WordReading& map : matrix.maps) map.heat.assign(8, 0.125F);
  const Image sheet = render::matrix_sheet(Image(kWidth, kHeight), grid, matrix, {}, labels);
  // A name begins where its cell does, which is grey.
  const auto is_panel = [&](int x, int y) { return sheet.pixel(x, y)[0] == 243 && sheet.pixel(x, y)[2] == 246; };
  const int y = sheet.height - 45;  // the last lines of the maps
  int top = y;
  std::set<std::vector<std::uint8_t>> names;
  for (int x = 1, begin = -1; x < sheet.width; ++x) {
    if (is_panel(x, y) && !is_panel(x - 1, y) && sheet.pixel(x - 1, y)[0] == 255) {
      begin = x;
      for (top = y; is_panel(x, top - 1);) --top;
    }
    if (begin >= 0 && sheet.pixel(x, y)[0] == 255) {
      names.insert(part_of(sheet, begin, top - 23, x - begin, 15));
      begin = -1;
    }
  }
  return names;
}

}  // namespace

TEST_CASE("every column of a tall image's maps can be told by its name") {
  for (const std::size_t num_columns : {2, 8, 16, 32}) {
    CAPTURE(num_columns);
    std::vector<std::string> numbers, names;
    for (std::size_t i = 0; i < num_columns; ++i) {
      numbers.push_back("###" + std::to_string(10 + i));
      names.push_back("head " + std::to_string(i));
    }
    if (const render::Labels labels("head 0"); labels.can_draw("head 0"))
      CHECK(names_of_columns(names, labels).size() == num_columns);
    const test::NoFonts no_fonts;
    CHECK(names_of_columns(numbers, render::Labels("")).size() == num_columns);
  }
}

TEST_CASE("maps keep the image's shape") {
  const PatchGrid grid{20, 160, 32, 256, 32, 256, 32};
  Image image(20, 160);
  std::ranges::fill(image.rgb, std::uint8_t{10});
  render::MapMatrix matrix;
  matrix.rows = {"0"};
  matrix.columns = {"1"};
  matrix.maps.resize(1);
  matrix.maps[0].heat.assign(8, 0.125F);
  matrix.maps[0].nothing = 1;
  const test::NoFonts no_fonts;
  const Image sheet = render::matrix_sheet(image, grid, matrix, {}, render::Labels(""));
  int dark = 0;
  for (std::size_t i = 0; i < sheet.rgb.size(); i += 3) dark += sheet.rgb[i] == 10 && sheet.rgb[i + 1] == 10 ? 1 : 0;
  CHECK(dark == 180 * 23);  // 180 / 8, rounded
}

TEST_CASE("captions are the maps' own weights, on one scale too, and the bar says what its top is") {
  const test::NoFonts no_fonts;
  render::MapMatrix matrix = matrix_of(1, 2);
  matrix.scale = render::MatrixScale::all;
  matrix.maps[1].heat.assign(4, 0.25F);
  const Image own = draw(matrix);
  matrix.captions = {"1.00", "0.25"};
  CHECK(draw(matrix).rgb == own.rgb);
  matrix.captions = {"1.00", "1.00"};
  CHECK(draw(matrix).rgb != own.rgb);
  matrix.captions.clear();
  matrix.top_name = "2";
  CHECK(draw(matrix).rgb == own.rgb);  // the top of a common scale is a number
  matrix.scale = render::MatrixScale::map;
  const Image named = draw(matrix);
  matrix.top_name = "3";
  CHECK(draw(matrix).rgb != named.rgb);
  matrix.maps[1].nothing = 0.9;
  matrix.captions = {"1.00", "0.25   0.90"};  // why it is faint
  const Image faint = draw(matrix);
  matrix.captions.clear();
  CHECK(draw(matrix).rgb == faint.rgb);
}

TEST_CASE("a matrix with a hole is refused") {
  render::MapMatrix matrix = matrix_of(2, 2);
  matrix.maps.pop_back();
  CHECK_THROWS_AS(draw(matrix), std::logic_error);
  CHECK_THROWS_AS(draw(render::MapMatrix{}), std::logic_error);
  matrix = matrix_of(2, 2);
  matrix.captions = {"1"};
  CHECK_THROWS_AS(draw(matrix), std::logic_error);
}
