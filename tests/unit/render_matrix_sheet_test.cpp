// Many small maps on one sheet.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

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

// Pixels of the top colour.
int count_top(const Image& sheet) {
  int count = 0;
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

TEST_CASE("a matrix with a hole is refused") {
  render::MapMatrix matrix = matrix_of(2, 2);
  matrix.maps.pop_back();
  CHECK_THROWS_AS(draw(matrix), std::logic_error);
  CHECK_THROWS_AS(draw(render::MapMatrix{}), std::logic_error);
  matrix = matrix_of(2, 2);
  matrix.captions = {"1"};
  CHECK_THROWS_AS(draw(matrix), std::logic_error);
}
