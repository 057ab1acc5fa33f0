// How other programs place images. Expected numbers: from their own code (transformers 4.57.6's smart_resize and
// CLIPImageProcessor; LeRobot's resize_with_pad and resize_with_pad_torch).
#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <tuple>

#include "attnviz/core/error.hpp"
#include "attnviz/image/layouts.hpp"

using namespace attnviz;
using image::known_grid;
using image::placed_grid;

namespace {

void check_content(const PatchGrid& grid, int left, int top, int width, int height) {
  CHECK(grid.content_left == left);
  CHECK(grid.content_top == top);
  CHECK(grid.content_width == width);
  CHECK(grid.content_height == height);
}

void check_shape(const PatchGrid& grid, int rows, int cols, int patch_px) {
  CHECK(grid.rows() == rows);
  CHECK(grid.cols() == cols);
  CHECK(grid.patch_px == patch_px);
}

std::string complaint(image::GridShape shape, const image::ContentRect& content) {
  try {
    placed_grid({640, 480}, shape, content);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("Qwen2-VL: the grid of its smart_resize") {
  using Case = std::tuple<image::ImageSize, image::GridShape, image::GridShape>;  // image, checkpoint, default limits
  for (const auto& [image, grid, smaller] :
       {Case{{640, 480}, {17, 23}, {17, 23}}, Case{{481, 641}, {23, 17}, {23, 17}},
        Case{{1920, 1080}, {39, 69}, {26, 47}}, Case{{50, 30}, {2, 3}, {2, 3}}, Case{{28, 4000}, {143, 1}, {143, 1}},
        Case{{6000, 4000}, {104, 156}, {29, 43}}}) {
    check_shape(known_grid("qwen2-vl", image, std::nullopt), grid.rows, grid.cols, 28);
    const auto columns = static_cast<std::size_t>(smaller.rows) * static_cast<std::size_t>(smaller.cols);
    check_shape(known_grid("qwen2-vl", image, columns), smaller.rows, smaller.cols, 28);
  }
  CHECK_THROWS_AS(known_grid("qwen2-vl", {2010, 10}, std::nullopt), Error);
}

TEST_CASE("LLaVA: the middle of the image, its shorter side whole") {
  check_content(known_grid("llava", {640, 480}, {}), -56, 0, 448, 336);
  check_content(known_grid("llava", {481, 641}, {}), 0, -55, 336, 447);
  check_content(known_grid("llava", {336, 337}, {}), 0, 0, 336, 337);
  check_shape(known_grid("llava", {640, 480}, {}), 24, 24, 14);
}

TEST_CASE("pi0 and SmolVLA: evenly scaled, with bars") {
  check_content(known_grid("pi0", {640, 480}, {}), 0, 28, 224, 168);
  check_content(known_grid("pi0", {481, 641}, {}), 28, 0, 168, 224);
  check_content(known_grid("pi0", {1920, 1080}, {}), 0, 49, 224, 126);
  check_content(known_grid("pi0", {224, 224}, {}), 0, 0, 224, 224);
  check_shape(known_grid("pi0", {640, 480}, {}), 16, 16, 14);
  check_content(known_grid("smolvla", {640, 480}, {}), 0, 128, 512, 384);
  check_content(known_grid("smolvla", {481, 641}, {}), 128, 0, 384, 512);
  check_content(known_grid("smolvla", {1920, 1080}, {}), 0, 224, 512, 288);
  check_content(known_grid("smolvla", {1000, 3}, {}), 0, 511, 512, 1);
  check_shape(known_grid("smolvla", {640, 480}, {}), 8, 8, 64);
}

TEST_CASE("BLIP and OpenVLA: stretched") {
  check_content(known_grid("blip", {640, 480}, {}), 0, 0, 384, 384);
  check_shape(known_grid("blip", {640, 480}, {}), 24, 24, 16);
  check_content(known_grid("openvla", {640, 480}, {}), 0, 0, 224, 224);
  check_shape(known_grid("openvla", {640, 480}, {}), 16, 16, 14);
  CHECK(image::first_patch_column("blip") == 1);
  CHECK(image::first_patch_column("openvla") == 1);
  CHECK(image::first_patch_column("pi0") == 0);
  CHECK(image::first_patch_column("smolvla") == 0);
  CHECK_FALSE(image::first_patch_column("llava"));
}

TEST_CASE("a content rect says how large the input is") {
  const image::ImageSize size{640, 480};
  check_shape(placed_grid(size, {24, 24}, image::ContentRect{0, 42, 336, 294}), 24, 24, 14);
  check_shape(placed_grid(size, {16, 16}, image::ContentRect{56, 0, 168, 224}), 16, 16, 14);
  check_shape(placed_grid(size, {8, 8}, image::ContentRect{0, 128, 512, 512}), 8, 8, 64);
  check_shape(placed_grid(size, {24, 24}, image::ContentRect{-56, 0, 392, 336}), 24, 24, 14);
  check_shape(placed_grid(size, {24, 24}, image::ContentRect{0, -55, 336, 392}), 24, 24, 14);  // an odd rest
  check_shape(placed_grid(size, {16, 16}, image::ContentRect{-58, -16, 282, 240}), 16, 16, 14);
  const PatchGrid plain = placed_grid(size, {18, 32}, std::nullopt);
  check_shape(plain, 18, 32, 1);
  check_content(plain, 0, 0, 32, 18);

  CHECK(complaint({24, 24}, {0, 0, 335, 300}).find("--content: does not end where") == 0);
  CHECK(complaint({24, 24}, {0, 0, 0, 300}).find("is empty") != std::string::npos);
  CHECK(complaint({24, 24}, {300, 0, 200, 336}).find("is empty") != std::string::npos);
  CHECK(complaint({24, 24}, {-400, -400, -10, -10}) != "");
  CHECK(complaint({24, 24}, {-400, 0, -10, 336}).find("outside of the input") != std::string::npos);
  CHECK(complaint({4000, 1}, {0, 0, 1 << 20, 1 << 20}).find("larger than any model input") != std::string::npos);
}

TEST_CASE("grids of so many patches") {
  CHECK(image::square_grid(576)->cols == 24);
  CHECK_FALSE(image::square_grid(577));
  CHECK_FALSE(image::square_grid(0));
  CHECK(image::proposed_grids(391, {640, 480}) == "17x23, 23x17, 1x391");
  CHECK(image::proposed_grids(7, {640, 480}) == "1x7, 7x1");
}
