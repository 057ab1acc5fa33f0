// Colours: the colormaps against published values, and what an overlay does to a pixel.
#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <string>

#include "attnviz/core/error.hpp"
#include "attnviz/render/pictures.hpp"
#include "render/colormap.hpp"
#include "support/image_files.hpp"

using namespace attnviz;

namespace {

const PatchGrid kGrid{64, 64, 64, 64, 64, 64, 32};  // 2 x 2 patches

render::Looks looks_of(double alpha, render::Interpolation interpolation) { return {"inferno", alpha, interpolation}; }

}  // namespace

TEST_CASE("colormaps agree with the published tables") {
  struct Known {
    std::string name;
    std::size_t index;
    int r, g, b;
  };
  for (const Known& known :
       {Known{"viridis", 0, 68, 1, 84},  {"viridis", 64, 59, 82, 139},    {"viridis", 128, 33, 145, 140},
        {"viridis", 255, 253, 231, 37},  {"magma", 64, 81, 18, 124},      {"magma", 128, 183, 55, 121},
        {"magma", 255, 252, 253, 191},   {"inferno", 0, 0, 0, 4},         {"inferno", 128, 188, 55, 84},
        {"inferno", 200, 251, 157, 7},   {"inferno", 255, 252, 255, 164}, {"cividis", 0, 0, 34, 78},
        {"cividis", 128, 125, 124, 120}, {"cividis", 255, 254, 232, 56},  {"turbo", 0, 48, 18, 59},
        {"turbo", 64, 40, 188, 235},     {"turbo", 128, 164, 252, 60},    {"turbo", 255, 122, 4, 3},
        {"jet", 0, 0, 0, 128},           {"jet", 255, 128, 0, 0},         {"grey", 77, 77, 77, 77}}) {
    CAPTURE(known.name);
    CAPTURE(known.index);
    const render::Colour colour = render::make_colormap(known.name)[known.index];
    CHECK(std::abs(colour.r - known.r) <= 6);
    CHECK(std::abs(colour.g - known.g) <= 6);
    CHECK(std::abs(colour.b - known.b) <= 6);
  }
}

TEST_CASE("every name makes a map, others an error that lists them") {
  for (const std::string& name : render::colormap_names()) CHECK_NOTHROW(render::make_colormap(name));
  try {
    render::make_colormap("rainbow");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(std::string(error.what()) ==
          "--colormap: no colormap is called 'rainbow'; one of: viridis, magma, inferno, cividis, turbo, jet, grey");
  }
}

TEST_CASE("no weight leaves the pixel, the top weight gives the top colour") {
  const Image image = test::coordinates_image(64, 64);
  const std::vector<float> heat{0, 0.5F, 0, 0};
  const Image full = render::overlay(image, heat, kGrid, 0.5, looks_of(1, render::Interpolation::nearest));
  CHECK(std::vector<int>(full.pixel(40, 10), full.pixel(40, 10) + 3) == std::vector{252, 255, 164});
  for (const auto& [x, y] : {std::pair{0, 0}, {31, 31}, {31, 63}, {63, 63}, {32, 32}}) {
    for (int c = 0; c < 3; ++c) CHECK(full.pixel(x, y)[c] == image.pixel(x, y)[c]);
  }
  const Image half = render::overlay(image, heat, kGrid, 0.5, looks_of(0.5, render::Interpolation::nearest));
  CHECK(std::abs(half.pixel(40, 10)[0] - (252 + image.pixel(40, 10)[0]) / 2) <= 1);
  CHECK(render::overlay(image, heat, kGrid, 0.5, looks_of(0, render::Interpolation::cubic)).rgb == image.rgb);
}

TEST_CASE("the overlay fades with the weight") {
  const Image white = [] {
    Image image(64, 64);
    std::fill(image.rgb.begin(), image.rgb.end(), std::uint8_t{255});
    return image;
  }();
  int last = 256;
  for (const float weight : {0.01F, 0.05F, 0.1F, 0.2F}) {  // the low colours are dark: more opaque is darker
    const Image drawn =
        render::overlay(white, {weight, 0, 0, 0}, kGrid, 1.0, looks_of(0.75, render::Interpolation::nearest));
    CHECK(drawn.pixel(5, 5)[1] < last);
    last = drawn.pixel(5, 5)[1];
  }
}

TEST_CASE("without any weight, or beyond the scale, nothing breaks") {
  const Image image = test::coordinates_image(64, 64);
  const render::Looks looks;
  CHECK(render::overlay(image, {0, 0, 0, 0}, kGrid, 0.0, looks).rgb == image.rgb);
  const Image beyond = render::overlay(image, {1, 1, 1, 1}, kGrid, 0.5, looks_of(1, render::Interpolation::cubic));
  CHECK(beyond.pixel(32, 32)[0] == 252);
}

TEST_CASE("scales: each word its own maximum, or one for all") {
  Report report;
  report.main_view().readings.resize(2);
  report.main_view().readings[0].heat = {0.25F, 0.75F};
  report.main_view().readings[1].heat = {0.5F, 0.5F};
  CHECK(render::scale_maxima(report) == std::vector{0.75, 0.5});
  report.scale = "shared";
  CHECK(render::scale_maxima(report) == std::vector{0.75, 0.75});
  CHECK(render::scale_maxima(Report{}).empty());
  report.main_view().readings[0].nothing = 0.9;  // what hardly looks at the image sets no scale
  CHECK(render::scale_maxima(report) == std::vector{0.5, 0.5});
}

TEST_CASE("a word has one scale in all views, set where it is seen") {
  Report report;
  report.views.resize(2);
  for (ViewReading& view : report.views) view.readings.resize(1);
  report.views[0].readings[0].heat = {0.25F, 0.75F};
  report.views[0].readings[0].nothing = 0.95;
  report.views[1].readings[0].heat = {0.4F, 0.6F};
  CHECK(render::scale_maxima(report).front() == doctest::Approx(0.6));
}
