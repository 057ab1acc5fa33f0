// The overview sheet against a committed picture, and rules that hold for every sheet. Drawn without fonts, so that the
// result does not depend on the machine's. ATTNVIZ_COLLECT=1 writes the picture anew: look at it before committing it.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <string>

#include "attnviz/image/decode.hpp"
#include "attnviz/image/patchify.hpp"
#include "attnviz/render/pictures.hpp"
#include "render/sheet_layout.hpp"
#include "support/image_files.hpp"
#include "support/no_fonts.hpp"

using namespace attnviz;

namespace {

// Plain areas, so that the committed file stays small.
Image scene(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool inside = 3 * x > width && 3 * x < 2 * width && 2 * y > height;
      std::uint8_t* pixel = image.pixel(x, y);
      pixel[0] = inside ? 190 : 120;
      pixel[1] = inside ? 40 : 130;
      pixel[2] = inside ? 40 : 140;
    }
  }
  return image;
}

Report report_of(const Image& image, std::size_t num_words) {
  Report report;
  report.instruction = "拿起红色杯子";
  report.model.name = "base";
  report.main_view().grid = image::plan_grid(image.width, image.height, 16, 64);
  for (std::size_t i = 0; i < num_words; ++i) {
    Word word;
    word.text = i % 2 == 0 ? "红色" : "cup";
    word.known = i % 3 == 0;
    report.words.push_back(word);
    WordReading reading;
    reading.heat.assign(static_cast<std::size_t>(report.main_view().grid.num_patches()), 0.0F);
    const int patch = report.main_view().grid.patch_at(
        {image.width * 0.99 * static_cast<double>(i + 1) / static_cast<double>(num_words), image.height * 0.6});
    reading.heat[static_cast<std::size_t>(patch)] = 0.75F;
    reading.heat[0] += 0.25F;
    reading.nothing = 0.1 * static_cast<double>(i % 10);
    report.main_view().readings.push_back(reading);
  }
  report.target = Target{{image.width * 0.5, image.height * 0.75},
                         {image.width / 3.0, image.height / 2.0, image.width / 1.5, image.height * 1.0},
                         0.9};
  return report;
}

Image draw(const Image& image, std::size_t num_words) {
  const test::NoFonts no_fonts;
  return render::overview({image}, report_of(image, num_words), {}, render::Labels("拿起红色杯子cup"));
}

}  // namespace

TEST_CASE("the sheet is the committed one") {
  const std::string path = ATTNVIZ_TEST_DATA "/golden/overview.png";
  const Image sheet = draw(scene(160, 120), 3);
  if (std::getenv("ATTNVIZ_COLLECT") != nullptr) {
    const std::vector<std::uint8_t> png = render::encode_png(sheet);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
  }
  const Image golden = image::load(path);
  REQUIRE(sheet.width == golden.width);
  REQUIRE(sheet.height == golden.height);
  int worst = 0;
  for (std::size_t i = 0; i < sheet.rgb.size(); ++i) worst = std::max(worst, std::abs(sheet.rgb[i] - golden.rgb[i]));
  CHECK(worst <= 3);  // other versions of OpenCV round differently
}

TEST_CASE("sheets of any number of words and any shape of image") {
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 1000}, {1000, 3}, {640, 480}, {200, 800}}) {
    for (const std::size_t num_words : {0, 1, 2, 5, 12, 64, 3000}) {
      CAPTURE(width);
      CAPTURE(height);
      CAPTURE(num_words);
      const Image sheet = draw(scene(width, height), num_words);
      const double aspect = static_cast<double>(sheet.width) / sheet.height;
      CHECK(sheet.width <= 6000);
      CHECK(sheet.height <= 6000);
      if (num_words >= 5) CHECK((aspect > 0.8 && aspect < 3.2));
      CHECK(static_cast<int>(sheet.rgb.front()) == 255);
      CHECK(static_cast<int>(sheet.rgb.back()) == 255);
    }
  }
}

TEST_CASE("panels do not overlap, and hold pictures of the image's shape") {
  for (const auto& [width, height] : {std::pair{640, 480}, {3, 1000}, {1000, 3}, {300, 900}, {1, 1}}) {
    for (const std::size_t panels : {1, 3, 4, 9, 65}) {
      const render::SheetLayout layout = render::plan_sheet(width, height, panels);
      CHECK(static_cast<std::size_t>(layout.columns * layout.rows) >= panels);
      CHECK(std::max(layout.picture_width, layout.picture_height) <= 540);
      const double expected = static_cast<double>(width) / height;
      const double shown = static_cast<double>(layout.picture_width) / layout.picture_height;
      if (layout.picture_width > 20 && layout.picture_height > 20)
        CHECK(shown == doctest::Approx(expected).epsilon(0.05));
      for (std::size_t panel = 0; panel < panels; ++panel) {
        const render::Rect caption = layout.caption(panel), whole = layout.panel(panel), bar = layout.bar(panel);
        CHECK(caption.y + caption.height <= whole.y);
        CHECK(whole.y + whole.height <= bar.y);
        CHECK(bar.y + bar.height <= layout.height());
        CHECK(whole.x + whole.width <= layout.width());
        if (panel > 0 && layout.panel(panel - 1).y == whole.y)
          CHECK(layout.panel(panel - 1).x + whole.width <= whole.x);
        if (panel >= static_cast<std::size_t>(layout.columns)) {
          const render::Rect above = layout.bar(panel - static_cast<std::size_t>(layout.columns));
          CHECK(above.y + above.height <= caption.y);
        }
      }
    }
  }
}

TEST_CASE("labels stand beside the picture, never on it") {
  // An image with no weight anywhere, without target: the panels show it as it is.
  const Image image = scene(360, 270);
  Report report = report_of(image, 1);
  report.target.reset();
  const render::Looks clear{"inferno", 0.0, render::Interpolation::cubic};
  const Image sheet = render::overview({image}, report, clear, render::Labels("拿起红色杯子cup"));
  const render::Rect picture = render::plan_sheet(360, 270, 2).picture(0);
  REQUIRE(picture.width == 360);
  int different = 0;
  for (int y = 0; y < 270; ++y) {
    for (int x = 0; x < 360 * 3; ++x)
      different += sheet.pixel(picture.x, picture.y + y)[x] != image.pixel(0, y)[x] ? 1 : 0;
  }
  CHECK(different == 0);
}
