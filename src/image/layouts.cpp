#include "attnviz/image/layouts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "attnviz/core/error.hpp"

namespace attnviz::image {
namespace {

constexpr int kMostPixels = 1 << 20;  // of the input's side

PatchGrid grid_over(ImageSize image, GridShape shape, int patch_px, const ContentRect& content) {
  PatchGrid grid;
  grid.image_width = image.width;
  grid.image_height = image.height;
  grid.input_width = shape.cols * patch_px;
  grid.input_height = shape.rows * patch_px;
  grid.patch_px = patch_px;
  grid.content_left = content[0];
  grid.content_top = content[1];
  grid.content_width = content[2] - content[0];
  grid.content_height = content[3] - content[1];
  return grid;
}

PatchGrid stretched(ImageSize image, GridShape shape, int patch_px) {
  return grid_over(image, shape, patch_px, {0, 0, shape.cols * patch_px, shape.rows * patch_px});
}

// transformers, CLIPImageProcessor (models/clip/image_processing_clip.py): the shorter side becomes `side`, the longer
// one int(side * long / short); center_crop begins at (size - side) // 2.
PatchGrid centre_crop(ImageSize image, int side, int patch_px) {
  const auto resized = [side](int of, int shorter) { return static_cast<int>(std::int64_t{side} * of / shorter); };
  const int shorter = std::min(image.width, image.height);
  const int width = resized(image.width, shorter), height = resized(image.height, shorter);
  const int left = (width - side) / 2, top = (height - side) / 2;
  return grid_over(image, {side / patch_px, side / patch_px}, patch_px, {-left, -top, width - left, height - top});
}

// The image scaled evenly to fit a square: sides are cut to whole pixels, in doubles as Python does it.
ImageSize fitted(ImageSize image, int side) {
  const double ratio = std::max(static_cast<double>(image.width) / side, static_cast<double>(image.height) / side);
  const auto scaled = [ratio](int of) { return std::max(1, static_cast<int>(of / ratio)); };
  return {scaled(image.width), scaled(image.height)};
}

// openpi, image_tools.resize_with_pad, and LeRobot's resize_with_pad_torch (policies/pi0/modeling_pi0.py) after it:
// half of what is missing on each side, the odd pixel behind. (LeRobot before 0.4 padded at the left and the top.)
PatchGrid padded_around(ImageSize image, int side, int patch_px) {
  const ImageSize size = fitted(image, side);
  const int left = (side - size.width) / 2, top = (side - size.height) / 2;
  return grid_over(image, {side / patch_px, side / patch_px}, patch_px,
                   {left, top, left + size.width, top + size.height});
}

// LeRobot, resize_with_pad (policies/smolvla/modeling_smolvla.py): F.pad at the left and the top.
PatchGrid padded_before(ImageSize image, int side, int patch_px) {
  const ImageSize size = fitted(image, side);
  return grid_over(image, {side / patch_px, side / patch_px}, patch_px,
                   {side - size.width, side - size.height, side, side});
}

// transformers, smart_resize (models/qwen2_vl/image_processing_qwen2_vl.py), with Python's rounding of halves to even.
PatchGrid smart_resize(ImageSize image, double most_pixels) {
  constexpr double kFactor = 28, kLeastPixels = 56 * 56, kMostAspect = 200;
  const double width = image.width, height = image.height;
  if (std::max(width, height) / std::min(width, height) > kMostAspect) {
    throw Error(ErrorCode::input, "image", "is more than 200 times as long as wide, which Qwen2-VL does not take");
  }
  double rows = std::nearbyint(height / kFactor), cols = std::nearbyint(width / kFactor);
  if (rows * cols * kFactor * kFactor > most_pixels) {
    const double beta = std::sqrt(width * height / most_pixels);
    rows = std::max(1.0, std::floor(height / beta / kFactor));
    cols = std::max(1.0, std::floor(width / beta / kFactor));
  } else if (rows * cols * kFactor * kFactor < kLeastPixels) {
    const double beta = std::sqrt(kLeastPixels / (width * height));
    rows = std::ceil(height * beta / kFactor);
    cols = std::ceil(width * beta / kFactor);
  }
  return stretched(image, {static_cast<int>(rows), static_cast<int>(cols)}, static_cast<int>(kFactor));
}

// The published checkpoints' preprocessor_config.json allows 12845056 pixels, the processor's own default 28 * 28 *
// 1280.
PatchGrid qwen2_vl(ImageSize image, std::optional<std::size_t> num_columns) {
  constexpr double kCheckpoint = 12845056, kDefault = 28 * 28 * 1280;
  const PatchGrid grid = smart_resize(image, kCheckpoint);
  const PatchGrid smaller = smart_resize(image, kDefault);
  return num_columns && *num_columns == static_cast<std::size_t>(smaller.num_patches()) ? smaller : grid;
}

// What one axis of a content rect says about the patch size: patches of the grid, where the content begins and ends.
// A crop is centred: input and content have one middle, up to the pixel that halving an odd rest loses.
struct AxisClaim {
  int patch_px = 0;
  bool is_whole = false;
};

AxisClaim claim(int begin, int end, int patches) {
  const int side = begin >= 0 ? end : begin + end;
  const int rest = side % patches;
  return {side / patches, side > 0 && (rest == 0 || (begin < 0 && rest == 1))};
}

[[noreturn]] void refuse_content(const std::string& what, const std::string& hint) {
  throw Error(ErrorCode::usage, "--content", what, hint);
}

}  // namespace

const std::vector<std::string>& layout_names() {
  static const std::vector<std::string> kNames{"blip", "llava", "qwen2-vl", "pi0", "smolvla", "openvla"};
  return kNames;
}

PatchGrid known_grid(const std::string& layout, ImageSize image, std::optional<std::size_t> num_columns) {
  // transformers, BlipImageProcessor: size 384 x 384; BlipVisionConfig: patch_size 16.
  if (layout == "blip") return stretched(image, {24, 24}, 16);
  // llava-hf/llava-1.5-*: CLIP ViT-L/14 at 336, "default" feature selection drops CLS.
  if (layout == "llava") return centre_crop(image, 336, 14);
  if (layout == "qwen2-vl") return qwen2_vl(image, num_columns);
  // PaliGemma: SigLIP So400m/14 at 224.
  if (layout == "pi0") return padded_around(image, 224, 14);
  // SmolVLM2-500M: SigLIP/16 at 512 (resize_imgs_with_padding), pixel shuffle 4: 32 x 32 patches become 8 x 8 tokens.
  if (layout == "smolvla") return padded_before(image, 512, 64);
  // openvla, prismatic processing: "resize-naive" to 224; DINOv2/14 and SigLIP/14 share the grid.
  return stretched(image, {16, 16}, 14);
}

std::optional<std::size_t> first_patch_column(const std::string& layout) {
  // BLIP: CLS. OpenVLA: the projected patches stand between the first token and the rest
  // (prismatic/extern/hf/modeling_prismatic.py). pi0, SmolVLA: embed_prefix puts images first.
  if (layout == "blip" || layout == "openvla") return 1;
  if (layout == "pi0" || layout == "smolvla") return 0;
  return std::nullopt;
}

PatchGrid placed_grid(ImageSize image, GridShape shape, const std::optional<ContentRect>& content) {
  if (!content) return stretched(image, shape, 1);
  const auto [x0, y0, x1, y1] = *content;
  if (x0 >= x1 || y0 >= y1) refuse_content("is empty", "give x0,y0,x1,y1 with x0 < x1 and y0 < y1");
  const AxisClaim across = claim(x0, x1, shape.cols), down = claim(y0, y1, shape.rows);
  const AxisClaim& larger = across.patch_px >= down.patch_px ? across : down;
  const std::string of_grid = std::to_string(shape.rows) + "x" + std::to_string(shape.cols) + " patches";
  if (!larger.is_whole || larger.patch_px < 1) {
    refuse_content("does not end where an input of " + of_grid + " of whole pixels may end",
                   "give it in pixels of the model input, for example 0,56,224,168 of 224 x 224");
  }
  if (std::int64_t{larger.patch_px} * std::max(shape.rows, shape.cols) > kMostPixels) {
    refuse_content("is larger than any model input", "give it in pixels of the model input");
  }
  const PatchGrid grid = grid_over(image, shape, larger.patch_px, *content);
  if (!(grid.content_in_input().area() > 0))
    refuse_content("lies outside of the input", "no patch would see the image");
  return grid;
}

std::optional<GridShape> square_grid(std::size_t num_patches) {
  const auto side = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(num_patches))));
  if (side == 0 || side * side != num_patches) return std::nullopt;
  return GridShape{static_cast<int>(side), static_cast<int>(side)};
}

std::string proposed_grids(std::size_t num_patches, ImageSize image) {
  constexpr std::size_t kMost = 3;
  std::vector<std::pair<double, std::string>> found;  // how unlike the image, the shape
  for (std::size_t rows = 1; rows <= num_patches && rows < 4096; ++rows) {
    if (num_patches % rows != 0) continue;
    const std::size_t cols = num_patches / rows;
    const double aspect = static_cast<double>(cols) / static_cast<double>(rows);
    const double unlike = std::abs(std::log(aspect * image.height / image.width));
    found.emplace_back(unlike, std::to_string(rows) + "x" + std::to_string(cols));
  }
  std::ranges::sort(found);
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, found.size()); ++i)
    text.append(i == 0 ? "" : ", ").append(found[i].second);
  return text;
}

}  // namespace attnviz::image
