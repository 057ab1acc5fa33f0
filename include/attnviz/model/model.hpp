// A loaded model: from an image and words to attention maps. Immutable after loading; calls from several threads are
// safe.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/attention_maps.hpp"
#include "attnviz/core/image.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/core/report.hpp"
#include "attnviz/core/vocabulary.hpp"
#include "attnviz/core/words.hpp"

namespace attnviz::model {

// An image as the fusion sees it. One of them may meet many instructions.
struct EncodedImage {
  PatchGrid grid;
  Matrix patches;  // [num_patches, model_dim]
};

struct Attended {
  AttentionMaps maps;            // every layer and head
  std::optional<Target> target;  // in original pixels; empty where the model has no action head
};

class Model {
public:
  virtual ~Model() = default;

  virtual const ModelFacts& facts() const = 0;
  virtual const Vocabulary& vocabulary() const = 0;
  virtual ViewChoice default_view() const = 0;  // the weights that training supervised
  virtual int default_patches() const = 0;      // patch budget

  // `max_patches`: the patch budget, at least 4.
  virtual EncodedImage encode(const Image& image, int max_patches) const = 0;
  // `words`: at least one; every token row lies in the vocabulary's table (Error (input) for more words than the model
  // takes).
  virtual Attended attend(const EncodedImage& image, const Words& words) const = 0;
};

struct RegistryEntry {
  std::string name, description;
};

// The shipped models. "base" is inside the program itself.
const std::vector<RegistryEntry>& registry();

// `name_or_path`: a shipped model's name or the path of a model file (training/FORMAT.md).
// Throws Error (model): unknown name, unreadable, truncated, offsets outside the file, missing tensors, wrong shapes or
// types, NaN or infinite weights, absurd sizes. The message names the tensor where one is at fault.
std::unique_ptr<Model> load(const std::string& name_or_path);

}  // namespace attnviz::model
