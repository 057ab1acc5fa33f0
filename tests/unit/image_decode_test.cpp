// Every supported format to upright RGB, and every kind of broken file to an error that names it.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <webp/encode.h>

#include <cmath>
#include <random>

#include "attnviz/core/error.hpp"
#include "attnviz/image/decode.hpp"
#include "support/image_files.hpp"

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb_image_write.h>
#pragma GCC diagnostic pop

using namespace attnviz;
using attnviz::test::Bytes;

namespace {

void append_to(void* bytes, void* data, int size) {
  const auto* from = static_cast<const std::uint8_t*>(data);
  static_cast<Bytes*>(bytes)->insert(static_cast<Bytes*>(bytes)->end(), from, from + size);
}

Bytes make_jpeg(const Image& image) {
  Bytes bytes;
  stbi_write_jpg_to_func(append_to, &bytes, image.width, image.height, 3, image.rgb.data(), 95);
  return bytes;
}

Bytes make_bmp(const Image& image) {
  Bytes bytes;
  stbi_write_bmp_to_func(append_to, &bytes, image.width, image.height, 3, image.rgb.data());
  return bytes;
}

Bytes make_webp(const Image& image) {
  std::uint8_t* data = nullptr;
  const std::size_t size = WebPEncodeLosslessRGB(image.rgb.data(), image.width, image.height, image.width * 3, &data);
  Bytes bytes(data, data + size);
  WebPFree(data);
  return bytes;
}

Bytes make_ppm(const Image& image) {
  const std::string header =
      "P6\n# comment\n" + std::to_string(image.width) + " " + std::to_string(image.height) + "\n255\n";
  Bytes bytes(header.begin(), header.end());
  bytes.insert(bytes.end(), image.rgb.begin(), image.rgb.end());
  return bytes;
}

Bytes text(const std::string& characters) { return {characters.begin(), characters.end()}; }

Bytes cut(Bytes bytes, std::size_t from_end) {
  bytes.resize(bytes.size() - from_end);
  return bytes;
}

Image decode(const Bytes& bytes) { return image::decode(bytes, "picture"); }

std::string error_of(const Bytes& bytes) {
  try {
    decode(bytes);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::input);
    return error.what();
  }
  return "no error";
}

std::string load_error_of(const std::filesystem::path& path) {
  try {
    image::load(path);
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK(error.code() == ErrorCode::input);
    CHECK(message.starts_with(path.string() + ": "));
    return message;
  }
  return "no error";
}

std::vector<int> values(const Image& image) { return {image.rgb.begin(), image.rgb.end()}; }

Bytes with_jpeg_exif(const Bytes& jpeg, const Bytes& tiff) {
  Bytes bytes{0xFF, 0xD8, 0xFF, 0xE1};
  test::append_be(bytes, static_cast<std::uint32_t>(tiff.size() + 8), 2);
  bytes.insert(bytes.end(), {'E', 'x', 'i', 'f', 0, 0});
  bytes.insert(bytes.end(), tiff.begin(), tiff.end());
  bytes.insert(bytes.end(), jpeg.begin() + 2, jpeg.end());
  return bytes;
}

// The same data, said to be a picture of `side` x `side` pixels.
Bytes with_jpeg_size(Bytes jpeg, unsigned side) {
  for (std::size_t i = 0; i + 9 < jpeg.size(); ++i) {
    if (jpeg[i] != 0xFF || jpeg[i + 1] != 0xC0) continue;
    for (const std::size_t at : {i + 5, i + 7}) {
      jpeg[at] = static_cast<std::uint8_t>(side >> 8);
      jpeg[at + 1] = static_cast<std::uint8_t>(side);
    }
  }
  return jpeg;
}

}  // namespace

TEST_CASE("lossless formats keep every pixel") {
  const Image image = test::coordinates_image(37, 23);
  for (const Bytes& bytes : {test::make_png(image), make_bmp(image), make_webp(image), make_ppm(image)}) {
    const Image decoded = decode(bytes);
    CHECK(decoded.width == 37);
    CHECK(decoded.height == 23);
    CHECK(decoded.rgb == image.rgb);
  }
}

TEST_CASE("JPEG is close to what was written") {
  Image image(40, 24);
  for (int y = 0; y < 24; ++y) {
    for (int x = 0; x < 40; ++x) image.pixel(x, y)[x < 20 ? 0 : 1] = 200;
  }
  const Image decoded = decode(make_jpeg(image));
  REQUIRE(decoded.rgb.size() == image.rgb.size());
  for (const int x : {4, 35}) {
    for (int c = 0; c < 3; ++c) CHECK(std::abs(decoded.pixel(x, 12)[c] - image.pixel(x, 12)[c]) <= 6);
  }
}

TEST_CASE("grey, palette, 16 bits and alpha become RGB over white") {
  CHECK(values(decode(test::make_png({2, 1, 8, 0, {0, 200}, {}, {}, {}}))) == std::vector{0, 0, 0, 200, 200, 200});
  CHECK(values(decode(test::make_png({2, 1, 1, 0, {0x40}, {}, {}, {}}))) == std::vector{0, 0, 0, 255, 255, 255});
  CHECK(values(decode(test::make_png({1, 1, 16, 2, {200, 1, 100, 2, 50, 3}, {}, {}, {}}))) ==
        std::vector{200, 100, 50});
  const Bytes palette{10, 20, 30, 40, 50, 60};
  CHECK(values(decode(test::make_png({2, 1, 8, 3, {1, 0}, palette, {}, {}}))) == std::vector{40, 50, 60, 10, 20, 30});
  CHECK(values(decode(test::make_png({2, 1, 8, 3, {1, 0}, palette, {255, 0}, {}}))) ==
        std::vector{255, 255, 255, 10, 20, 30});
  // 128 of 255 black over white: 127; 51 of 255 is a fifth.
  CHECK(values(decode(test::make_png({3, 1, 8, 6, {0, 0, 0, 128, 255, 0, 100, 51, 9, 8, 7, 255}, {}, {}, {}}))) ==
        std::vector{127, 127, 127, 255, 204, 224, 9, 8, 7});
  CHECK(values(decode(test::make_png({2, 1, 8, 4, {100, 255, 100, 0}, {}, {}, {}}))) ==
        std::vector{100, 100, 100, 255, 255, 255});
}

TEST_CASE("all six PNM forms and any greatest value") {
  CHECK(values(decode(text("P1\n2 1\n10"))) == std::vector{0, 0, 0, 255, 255, 255});
  CHECK(values(decode(text("P2\n2 1 4 # fours\n1 4"))) == std::vector{64, 64, 64, 255, 255, 255});
  CHECK(values(decode(text("P3 1 1 255 1 2 3"))) == std::vector{1, 2, 3});
  CHECK(values(decode(text("P4\n3 1\n\x5f"))) == std::vector{255, 255, 255, 0, 0, 0, 255, 255, 255});
  CHECK(values(decode(text("P5 2 1 65535\n\xff\xff\x80\x80"))) == std::vector{255, 255, 255, 128, 128, 128});
  CHECK(values(decode(text("P6 1 1 15\n\x0f\x01\x05"))) == std::vector{255, 17, 85});
}

TEST_CASE("EXIF orientation is applied, wherever it stands") {
  // Stored 3 x 2; the upright picture's top left pixel is the stored one at this place.
  struct Expected {
    int orientation, width, height, x, y;
  };
  const Image stored = test::coordinates_image(3, 2);
  for (const Expected expected : {Expected{1, 3, 2, 0, 0},
                                  {2, 3, 2, 2, 0},
                                  {3, 3, 2, 2, 1},
                                  {4, 3, 2, 0, 1},
                                  {5, 2, 3, 0, 0},
                                  {6, 2, 3, 0, 1},
                                  {7, 2, 3, 2, 1},
                                  {8, 2, 3, 2, 0}}) {
    CAPTURE(expected.orientation);
    for (const bool big_endian : {false, true}) {
      const Bytes exif = test::make_exif(expected.orientation, big_endian);
      const Image upright = decode(test::make_png({3, 2, 8, 2, stored.rgb, {}, {}, exif}));
      REQUIRE(upright.width == expected.width);
      REQUIRE(upright.height == expected.height);
      for (int c = 0; c < 3; ++c) CHECK(upright.pixel(0, 0)[c] == stored.pixel(expected.x, expected.y)[c]);
      const Image photo = decode(with_jpeg_exif(make_jpeg(stored), exif));
      CHECK(photo.width == expected.width);
    }
  }
  // A quarter turn clockwise, pixel by pixel.
  const Image turned = decode(test::make_png({3, 2, 8, 2, stored.rgb, {}, {}, test::make_exif(6, true)}));
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 2; ++x) CHECK(turned.pixel(x, y)[0] == stored.pixel(y, 1 - x)[0]);
  }
}

TEST_CASE("WebP: orientation from its EXIF chunk, alpha over white") {
  const std::vector<std::uint8_t> rgba{255, 0, 0, 255, 0, 0, 0, 0};
  std::uint8_t* data = nullptr;
  const std::size_t size = WebPEncodeLosslessRGBA(rgba.data(), 2, 1, 8, &data);
  const Bytes webp(data, data + size);
  WebPFree(data);
  CHECK(values(decode(webp)) == std::vector{255, 0, 0, 255, 255, 255});

  const Bytes exif = test::make_exif(6, false);
  Bytes extended{'R', 'I', 'F', 'F', 0, 0,    0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8',
                 'X', 10,  0,   0,   0, 0x18, 0, 0, 0,   1,   0,   0,   0,   0,   0};
  extended.insert(extended.end(), webp.begin() + 12, webp.end());
  extended.insert(extended.end(), {'E', 'X', 'I', 'F', static_cast<std::uint8_t>(exif.size()), 0, 0, 0});
  extended.insert(extended.end(), exif.begin(), exif.end());
  extended[4] = static_cast<std::uint8_t>(extended.size() - 8);
  const Image turned = decode(extended);
  CHECK(turned.width == 1);
  CHECK(turned.height == 2);
}

TEST_CASE("broken EXIF costs nothing but the orientation") {
  const Image stored = test::coordinates_image(3, 2);
  const Bytes whole = test::make_exif(6, true);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes exif(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const int width = decode(test::make_png({3, 2, 8, 2, stored.rgb, {}, {}, exif})).width;
    CHECK((width == 3 || (width == 2 && size >= 20)));
  }
  Bytes wild = whole;
  wild[4] = 0xFF;  // a directory far outside
  CHECK(decode(test::make_png({3, 2, 8, 2, stored.rgb, {}, {}, wild})).width == 3);
  wild = whole;
  wild[19] = 9;
  CHECK(decode(test::make_png({3, 2, 8, 2, stored.rgb, {}, {}, wild})).width == 3);
}

TEST_CASE("a file that ends early is refused, wherever it ends") {
  const Image image = test::coordinates_image(64, 48);
  struct Case {
    std::string format;
    Bytes bytes;
  };
  for (const Case& whole : {Case{"PNG", test::make_png(image)},
                            {"JPEG", make_jpeg(image)},
                            {"BMP", make_bmp(image)},
                            {"PNM", make_ppm(image)},
                            {"WebP", make_webp(image)}}) {
    CAPTURE(whole.format);
    CHECK(error_of(whole.bytes) == "no error");
    for (std::size_t from_end = 1; from_end < whole.bytes.size() - 20; from_end += 1 + from_end / 3) {
      CAPTURE(from_end);
      CHECK(
          error_of(cut(whole.bytes, from_end)).starts_with("picture: truncated or broken " + whole.format + " file; "));
    }
  }
}

TEST_CASE("huge sizes are refused before anything is allocated") {
  const std::string message = "picture: the image is too large (100000 x 100000 pixels); at most 200 million pixels";
  CHECK(error_of(test::make_png({100000, 100000, 8, 2, {}, {}, {}, {}})) == message);
  CHECK(error_of(text("P6 100000 100000 255\n")) == message);
  Bytes bmp = make_bmp(test::coordinates_image(2, 2));
  for (const std::size_t at : {18U, 22U}) {
    bmp[at] = 0xA0, bmp[at + 1] = 0x86, bmp[at + 2] = 1;
  }
  CHECK(error_of(bmp) == message);
  CHECK(error_of(with_jpeg_size(make_jpeg(test::coordinates_image(2, 2)), 0xFFFF)) ==
        "picture: the image is too large (65535 x 65535 pixels); at most 200 million pixels");
  CHECK(error_of(text("P4 1000001 1\n" + std::string(125001, 'x'))) ==
        "picture: the image is too long (1000001 pixels); at most 1000000 a side");
  // Sizes that fit, without the pixels.
  CHECK(error_of(test::make_png({10000, 10000, 8, 2, {}, {}, {}, {}})).find("truncated or broken PNG") !=
        std::string::npos);
  CHECK(error_of(text("P6 10000 10000 255\n")).find("truncated or broken PNM") != std::string::npos);
  CHECK(error_of(with_jpeg_size(make_jpeg(test::coordinates_image(2, 2)), 0x2710)).find("truncated or broken JPEG") !=
        std::string::npos);
}

TEST_CASE("what a JPEG file compresses best can be read") {
  const Image flat(3000, 2000);
  CHECK(decode(make_jpeg(flat)).rgb == flat.rgb);
}

TEST_CASE("very long images can be read") {
  for (const auto& [width, height] : {std::pair{3, 100000}, {100000, 3}, {1, 1}}) {
    const Image image = test::coordinates_image(width, height);
    CHECK(decode(test::make_png(image)).rgb == image.rgb);
    CHECK(decode(make_ppm(image)).rgb == image.rgb);
  }
}

TEST_CASE("what is no image, or none that we read") {
  const std::string supported = "; supported: PNG, JPEG, BMP, PNM, WebP";
  CHECK(error_of({}) == "picture: the file is empty" + supported);
  CHECK(error_of(text("hello")) == "picture: not an image that attnviz can read" + supported);
  CHECK(error_of(text("GIF89a..........")) == "picture: not an image that attnviz can read" + supported);
  CHECK(error_of(text("P5 2 x")).find("truncated or broken PNM") != std::string::npos);
  CHECK(error_of(text("P5 0 2 255\n")).find("truncated or broken PNM") != std::string::npos);
  CHECK(error_of(text("P5 1 1 65536\nxx")).find("truncated or broken PNM") != std::string::npos);
  CHECK(error_of(text("P5 99999999999999999999 1 255\nxx")).find("truncated or broken PNM") != std::string::npos);
  CHECK(error_of(text("\xff\xd8\xff\xd9")).find("truncated or broken JPEG") != std::string::npos);
}

TEST_CASE("only regular files are read, and errors name the path") {
  const test::TempDir folder;
  const Image image = test::coordinates_image(5, 4);
  CHECK(image::load(test::write_file(folder, "misnamed.jpg", test::make_png(image))).rgb == image.rgb);
  CHECK(load_error_of(folder.path() / "missing.png").ends_with(": no such file; check the path"));
  CHECK(load_error_of(folder.path()).ends_with(": is a directory; give one image file"));
  CHECK(load_error_of(test::write_file(folder, "empty.png", {})).find(": the file is empty; supported: ") !=
        std::string::npos);
  CHECK(load_error_of("/dev/zero").find("is not a regular file") != std::string::npos);
  const std::filesystem::path pipe = folder.path() / "pipe.png";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(load_error_of(pipe).find("is not a regular file") != std::string::npos);
  const std::filesystem::path huge = test::write_file(folder, "huge.png", {0});
  std::filesystem::resize_file(huge, image::kMaxFileBytes + 1);
  CHECK(load_error_of(huge).find("larger than 1 GiB") != std::string::npos);
}

TEST_CASE("mutated files give a picture or an error, nothing else") {
  const Image image = test::coordinates_image(24, 17);
  std::minstd_rand random(7);
  int errors = 0;
  for (const Bytes& whole :
       {test::make_png(image), make_jpeg(image), make_bmp(image), make_ppm(image), make_webp(image)}) {
    for (int round = 0; round < 400; ++round) {
      Bytes bytes = whole;
      for (unsigned long flips = 1 + random() % 6; flips-- > 0;) {
        bytes[random() % std::min<std::size_t>(bytes.size(), flips % 2 == 0 ? 64 : bytes.size())] =
            static_cast<std::uint8_t>(random());
      }
      if (round % 3 == 0) bytes.resize(random() % bytes.size());
      errors += error_of(bytes) == "no error" ? 0 : 1;
    }
  }
  CHECK(errors > 500);
}

TEST_CASE("a JPEG file with more Huffman codes than there can be is refused") {
  Bytes jpeg = make_jpeg(test::coordinates_image(16, 16));
  bool found = false;
  for (std::size_t i = 0; i + 21 < jpeg.size() && !found; ++i) {
    found = jpeg[i] == 0xFF && jpeg[i + 1] == 0xC4;
    if (found) std::fill_n(jpeg.begin() + static_cast<std::ptrdiff_t>(i) + 5, 16, std::uint8_t{255});
  }
  REQUIRE(found);
  CHECK(error_of(jpeg).find("truncated or broken JPEG") != std::string::npos);
}

TEST_CASE("a JPEG file without its Huffman tables is refused") {
  const Bytes whole = make_jpeg(test::coordinates_image(16, 16));
  Bytes bare;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if (at + 3 < whole.size() && whole[at] == 0xFF && whole[at + 1] == 0xC4) {
      at += 1 + (std::size_t{whole[at + 2]} << 8 | whole[at + 3]);
    } else {
      bare.push_back(whole[at]);
    }
  }
  REQUIRE(bare.size() < whole.size());
  CHECK(error_of(bare).find("without all of its Huffman tables") != std::string::npos);
}
