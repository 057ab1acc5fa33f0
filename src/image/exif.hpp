// The one thing that attnviz wants from EXIF data: which way up the picture is.
#pragma once

#include <cstdint>
#include <span>

#include "attnviz/core/image.hpp"

namespace attnviz::image {

// `exif` is a TIFF structure, with or without the "Exif\0\0" that JPEG puts before it. Returns 1..8; 1 (upright) where
// the data are broken or do not say: a wrong tag must not cost the user the picture.
int exif_orientation(std::span<const std::uint8_t> exif);

// The picture turned and mirrored as `orientation` (1..8) asks, so that it is upright.
Image apply_orientation(Image image, int orientation);

}  // namespace attnviz::image
