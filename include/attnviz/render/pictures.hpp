// The pictures of a job: one overlay a word at the image's own size, and the overview sheet.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/image.hpp"
#include "attnviz/core/report.hpp"
#include "attnviz/render/labels.hpp"

namespace attnviz::render {

// How a weight between two patch centres is found. nearest: the weight of the patch under the pixel's centre.
enum class Interpolation { nearest, linear, cubic };

struct Looks {
  std::string colormap = "inferno";  // one of colormap_names()
  double alpha = 0.75;               // opacity of the highest weight, 0..1; it fades with the weight
  Interpolation interpolation = Interpolation::cubic;
  bool chinese_labels = false;  // of the overview, where a font can draw them; else they are English
  bool grid = false;            // lines between patches
  bool contour = false;         // a line around what has at least half of the word's highest weight
  bool boxes = false;           // frames around the top patches, numbered by rank where they have room
};

const std::vector<std::string>& colormap_names();

// One word's weights in original pixels: [height * width] values, row-major, in units of the weights themselves.
// Linear and cubic interpolate between patch centres (no half-patch shift) and stay within the weights around them.
std::vector<float> upsample(const std::vector<float>& heat, const PatchGrid& grid, Interpolation interpolation);

// The image with one word's map over it, at the image's size. `scale_max`: the weight that gets the top colour.
Image overlay(const Image& image, const std::vector<float>& heat, const PatchGrid& grid, double scale_max,
              const Looks& looks);

// The picture of a word: its overlay and the marks that `looks` asks for. The opacity shrinks by the share that went to
// "nothing here", so that a word whose thing is absent is drawn faintly instead of inventing a place. `grid` is that of
// `image`, which may be a smaller copy of the one that the reading is of.
Image word_picture(const Image& image, const PatchGrid& grid, const WordReading& reading, double scale_max,
                   const Looks& looks, const Labels& labels);

// The reading's map over a copy of the image that fits into `width` x `height` pixels, without marks: for terminals.
Image thumbnail(const Image& image, const PatchGrid& grid, const WordReading& reading, double scale_max,
                const Looks& looks, int width, int height);

// The image and one labelled panel a word (the first 120), with the predicted target; below, the same for each further
// view. `images`: one a view. Labels come from `labels`.
Image overview(const std::vector<Image>& images, const Report& report, const Looks& looks, const Labels& labels);

// One sheet of several, one below the other.
Image stacked(std::vector<Image> sheets);

// Where a frame stands in its video.
struct FramePlace {
  long number = 0;
  std::optional<double> time_s{};         // empty: unknown
  int first_width = 0, first_height = 0;  // of the first frame, for whose size all sheets are laid out
};

// The overview of one frame of a video. All frames have one layout, that of the first: one of another shape stands
// smaller in its panels. Both sides are even, as video encoders want them.
Image frame_sheet(const Image& frame, const FramePlace& place, const Report& report, const Looks& looks,
                  const Labels& labels);

// The picture in the middle of `width` x `height` pixels, black around it; shrunk where it is larger.
Image framed(const Image& picture, int width, int height);

// The weight that gets the top colour for each word, in all views alike: its own highest, or the shared one
// (report.scale). A map whose word mostly looks at "nothing here" is faint and sets no scale for others: the highest is
// chosen by weight times the share that went to the image.
std::vector<double> scale_maxima(const Report& report);

// PNG bytes (stb_image_write with libdeflate).
std::vector<std::uint8_t> encode_png(const Image& image);
// JPEG bytes, as good as photographs need (quality 88).
std::vector<std::uint8_t> encode_jpeg(const Image& image);

// The image, made smaller where its longer side is more than `longest` pixels.
Image at_most(const Image& image, int longest);

// The 256 colours of a colormap, six hexadecimal digits each.
std::string colormap_digits(const std::string& name);

}  // namespace attnviz::render
