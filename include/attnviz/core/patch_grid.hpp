// How an image is cut into patches, and the exact map between patches and the pixels of the original image.
//
// The model input is input_width x input_height pixels; the resized image covers its content rect, the rest is padding.
// The project's own models have the content at the top left, evenly scaled and whole. Of other programs' inputs it may
// lie anywhere (letterboxing), be scaled differently in x and y (stretching), and reach beyond the input (centre crop):
// what lies outside is seen by no patch. Coordinates are continuous: pixel (i, j) is the square [i, i+1) x [j, j+1), so
// its centre is (i + 0.5, j + 0.5). Boxes are half-open.
#pragma once

#include <cstddef>

namespace attnviz {

struct Point {
  double x = 0, y = 0;
};

struct Box {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;  // upper bounds exclusive

  double width() const { return x1 > x0 ? x1 - x0 : 0; }
  double height() const { return y1 > y0 ? y1 - y0 : 0; }
  double area() const { return width() * height(); }
  bool contains(Point p) const { return p.x >= x0 && p.x < x1 && p.y >= y0 && p.y < y1; }
};

// The part that both boxes cover; of zero area where they do not meet.
Box intersect(const Box& a, const Box& b);

// How many patches a model is given where nobody says: as many as lie in the image at its own size, within these
// bounds.
struct PatchRange {
  int least = 0, most = 0;
};

struct PatchGrid {
  int image_width = 0, image_height = 0;      // original image, pixels
  int input_width = 0, input_height = 0;      // model input, pixels
  int content_width = 0, content_height = 0;  // resized image, pixels of the input
  int patch_px = 0;                           // side of a patch in input pixels
  int content_left = 0, content_top = 0;      // where the resized image begins; negative: cropped

  int rows() const { return input_height / patch_px; }
  int cols() const { return input_width / patch_px; }
  int num_patches() const { return rows() * cols(); }
  int row_of(int patch) const { return patch / cols(); }
  int col_of(int patch) const { return patch % cols(); }

  // False for a patch that lies wholly in the padding: it is masked and never wins.
  bool has_content(int patch) const;

  // The part of the content that lies in the input, in input pixels.
  Box content_in_input() const;
  // The part of the original image that patches see: all of it, unless the input is a crop.
  Box seen() const;

  // From input pixels to original pixels and back; exact inverses of each other up to rounding.
  Point to_image(Point input) const;
  Point to_input(Point image) const;

  // The part of the original image that a patch covers (its padding cut away; zero area without content).
  Box patch_box(int patch) const;
  // The patch under a point of the original image, which must lie in what is seen.
  int patch_at(Point image) const;
};

}  // namespace attnviz
