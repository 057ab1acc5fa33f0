// The geometry of the pictures: all the weight on one patch colours exactly the pixels whose centres lie in that patch,
// worked out here in whole numbers, on images of every awkward shape.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "attnviz/image/patchify.hpp"
#include "attnviz/render/pictures.hpp"

using namespace attnviz;

namespace {

// Dark and of many colours, so that the bright marker changes every pixel that it covers.
Image dark_image(int width, int height) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<std::uint8_t>(i * 37 % 101);
  return image;
}

// One direction of a grid, in whole numbers.
struct Axis {
  int pixels, content, begin, input, patch_px;

  // The patch over the centre of a pixel: the content covers all pixels evenly. -1: it lies outside of the input.
  int patch_at(int pixel) const {
    const std::int64_t twice = 2 * static_cast<std::int64_t>(pixels);
    const std::int64_t at = (2 * static_cast<std::int64_t>(pixel) + 1) * content + twice * begin;
    return at < 0 || at >= twice * input ? -1 : static_cast<int>(at / (twice * patch_px));
  }
};

bool is_half(const std::uint8_t* pixel, const std::uint8_t* shown) {
  return std::equal(pixel, pixel + 3, shown, [](int whole, int half) { return half == (whole + 1) / 2; });
}

// Counts the pixels that are not as they should be. Comparing first keeps doctest out of the inner loop.
int wrong_pixels(const Image& image, const Image& marked, const PatchGrid& grid, int patch) {
  const Box box = grid.patch_box(patch);
  const Axis across{image.width, grid.content_width, grid.content_left, grid.input_width, grid.patch_px};
  const Axis down{image.height, grid.content_height, grid.content_top, grid.input_height, grid.patch_px};
  int wrong = 0;
  for (int y = 0; y < image.height; ++y) {
    const int row = down.patch_at(y);
    for (int x = 0; x < image.width; ++x) {
      const int col = across.patch_at(x);
      if (row < 0 || col < 0) {  // seen by no patch: shown dark
        wrong += !is_half(image.pixel(x, y), marked.pixel(x, y)) || box.contains({x + 0.5, y + 0.5});
        continue;
      }
      const bool inside = row == grid.row_of(patch) && col == grid.col_of(patch);
      const bool changed = !std::equal(image.pixel(x, y), image.pixel(x, y) + 3, marked.pixel(x, y));
      if (inside != changed || inside != box.contains({x + 0.5, y + 0.5})) ++wrong;
    }
  }
  return wrong;
}

// Inputs of other programs, 96 x 80 pixels of 16: where the image of 250 x 170 lies in them.
struct Placed {
  const char* name;
  int left, top, width, height;
};
constexpr Placed kPlaced[] = {
    {"letterbox, bars above and below", 0, 7, 96, 65},
    {"letterbox, bars at the sides, off-centre", 21, 0, 70, 80},
    {"padded at the left and the top", 9, 30, 87, 50},
    {"an island", 33, 18, 41, 23},
    {"stretched", 0, 0, 96, 80},
    {"centre crop", -11, 0, 118, 80},
    {"crop on all sides, off-centre", -50, -13, 190, 131},
    {"cropped across, padded down", -20, 5, 130, 61},
    {"one patch", 18, 34, 9, 11},
};

PatchGrid placed_grid(const Placed& place) {
  return {250, 170, 96, 80, place.width, place.height, 16, place.left, place.top};
}

Image mark(const Image& image, const PatchGrid& grid, int patch, render::Interpolation interpolation) {
  std::vector<float> heat(static_cast<std::size_t>(grid.num_patches()));
  heat[static_cast<std::size_t>(patch)] = 1;
  render::Looks looks;
  looks.interpolation = interpolation;
  return render::overlay(image, heat, grid, 1.0, looks);
}

}  // namespace

TEST_CASE("a marker on one patch covers exactly its pixels") {
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 1000}, {1000, 3}, {640, 480}, {481, 641}, {4000, 3000}}) {
    CAPTURE(width);
    CAPTURE(height);
    const Image image = dark_image(width, height);
    const PatchGrid grid = image::plan_grid(width, height, 16, 400);
    // All patches of the small images, some of the large ones; always the last with content, which may be cut.
    const int last = grid.patch_at({width - 0.5, height - 0.5});
    const int step = width * height > 1'000'000 ? 67 : width * height > 100'000 ? 7 : 1;
    for (int patch = 0; patch < grid.num_patches(); ++patch) {
      if (patch % step != 0 && patch != last) continue;
      CAPTURE(patch);
      const Image marked = mark(image, grid, patch, render::Interpolation::nearest);
      CHECK(wrong_pixels(image, marked, grid, patch) == 0);
      if (!grid.has_content(patch)) CHECK(marked.rgb == image.rgb);
    }
  }
}

TEST_CASE("wherever the image lies in the input") {
  const Image image = dark_image(250, 170);
  for (const Placed& place : kPlaced) {
    CAPTURE(place.name);
    const PatchGrid grid = placed_grid(place);
    int with_content = 0;
    for (int patch = 0; patch < grid.num_patches(); ++patch) {
      CAPTURE(patch);
      const Image marked = mark(image, grid, patch, render::Interpolation::nearest);
      CHECK(wrong_pixels(image, marked, grid, patch) == 0);
      with_content += grid.has_content(patch);
    }
    CHECK(with_content > 0);
  }
}

TEST_CASE("smooth maps of placed images have their peak in the patch, and nothing in the padding") {
  for (const Placed& place : kPlaced) {
    CAPTURE(place.name);
    const PatchGrid grid = placed_grid(place);
    for (int patch = 0; patch < grid.num_patches(); ++patch) {
      CAPTURE(patch);
      std::vector<float> heat(static_cast<std::size_t>(grid.num_patches()));
      heat[static_cast<std::size_t>(patch)] = 1;
      for (const auto interpolation : {render::Interpolation::linear, render::Interpolation::cubic}) {
        const std::vector<float> values = render::upsample(heat, grid, interpolation);
        const float top = *std::max_element(values.begin(), values.end());
        if (!grid.has_content(patch)) {
          CHECK(top == 0);
          continue;
        }
        CHECK(top > 0.8);
        const Box box = grid.patch_box(patch);
        for (std::size_t i = 0; i < values.size(); ++i) {
          const Point centre{static_cast<double>(i % 250) + 0.5, static_cast<double>(i / 250) + 0.5};
          if (values[i] == top && !box.contains(centre)) FAIL_CHECK("a peak outside of its patch");
        }
      }
    }
  }
}

TEST_CASE("smooth maps have their peak in the middle of the patch") {
  for (const auto& [width, height] : {std::pair{640, 480}, {481, 641}, {1000, 3}, {3, 1000}, {60, 45}}) {
    CAPTURE(width);
    CAPTURE(height);
    const PatchGrid grid = image::plan_grid(width, height, 16, 400);
    for (int patch = 0; patch < grid.num_patches(); patch += 5) {
      if (!grid.has_content(patch)) continue;
      CAPTURE(patch);
      std::vector<float> heat(static_cast<std::size_t>(grid.num_patches()));
      heat[static_cast<std::size_t>(patch)] = 1;
      const Box box = grid.patch_box(patch);
      for (const auto interpolation : {render::Interpolation::linear, render::Interpolation::cubic}) {
        const std::vector<float> values = render::upsample(heat, grid, interpolation);
        const float top = *std::max_element(values.begin(), values.end());
        // The mean place of the highest values, since several pixels may share them.
        double x_sum = 0, y_sum = 0, count = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
          if (values[i] < top) continue;
          x_sum += static_cast<double>(i % static_cast<std::size_t>(width)) + 0.5;
          y_sum += static_cast<double>(i / static_cast<std::size_t>(width)) + 0.5;
          ++count;
        }
        // At the image's edge the map stays level from the centre outwards, over half a patch at most.
        const bool inner_x = box.x0 > 0 && box.x1<width, inner_y = box.y0> 0 && box.y1 < height;
        CHECK(std::abs(x_sum / count - (box.x0 + box.x1) / 2) <= (inner_x ? 0.75 : box.width() / 4 + 0.75));
        CHECK(std::abs(y_sum / count - (box.y0 + box.y1) / 2) <= (inner_y ? 0.75 : box.height() / 4 + 0.75));
      }
    }
  }
}
