// PNG files are read back as they were drawn.
#include <doctest/doctest.h>

#include <initializer_list>
#include <utility>

#include "attnviz/image/decode.hpp"
#include "attnviz/render/pictures.hpp"
#include "support/image_files.hpp"

using namespace attnviz;

TEST_CASE("what is encoded decodes to the same pixels") {
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 1000}, {1000, 3}, {640, 480}, {33, 17}}) {
    const Image image = test::coordinates_image(width, height);
    const std::vector<std::uint8_t> png = render::encode_png(image);
    const Image decoded = image::decode(png, "png");
    CHECK(decoded.width == width);
    CHECK(decoded.height == height);
    CHECK(decoded.rgb == image.rgb);
  }
}

TEST_CASE("even pictures become small files") {
  Image image(640, 480);
  CHECK(render::encode_png(image).size() < 10'000);
}
