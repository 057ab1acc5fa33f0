// Dense features of images: one vector a patch, in the space of the text's side.
#pragma once

#include <memory>

#include "model/checkpoint/folder.hpp"
#include "model/checkpoint/vision_tower.hpp"

namespace attnviz::model::checkpoint {

class ImageSide {
public:
  virtual ~ImageSide() = default;

  // [num_patches, width]: scores are the products of these rows with the unit vectors of texts. OWL-ViT has one more
  // column, which is added to the score.
  virtual Matrix run(const Image& image, const PatchGrid& grid) const = 0;
};

// Of a CLIP, Chinese-CLIP, SigLIP or OWL-ViT.
std::unique_ptr<const ImageSide> read_image_side(const Weights& weights, const Folder& folder);

// Rows become `length` long; a row of zeros stays as it is. `epsilon` is added to the norm, as some models do.
void scale_rows(MatrixView x, float length, float epsilon = 0);

}  // namespace attnviz::model::checkpoint
