// A loaded model: from an image and words to attention maps. Immutable after loading; calls from several threads are
// safe.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
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
  Matrix patches;  // [num_patches, model_dim]; a checkpoint's own tokens before them, where it has any
};

struct Attended {
  std::vector<AttentionMaps> maps;  // one a view: every layer and head
  std::optional<Target> target;     // in original pixels of the first view; empty where the model has no action head
};

class Model {
public:
  virtual ~Model() = default;

  virtual const ModelFacts& facts() const = 0;
  // The words that it knows as wholes; empty: it has a tokenizer that takes any text.
  virtual const Vocabulary& vocabulary() const = 0;
  virtual ViewChoice default_view() const = 0;  // the weights that training supervised
  virtual PatchRange patch_range() const = 0;
  virtual Honesty honesty() const = 0;  // when to warn

  // Whether an image that `other` encoded is one for this model, too.
  virtual bool shares_encoders(const Model& other) const = 0;
  // `max_patches`: at least 4; missing: the patches of the image at its own size, within patch_range. Error (usage) for
  // more than are possible.
  virtual EncodedImage encode(const Image& image, std::optional<int> max_patches) const = 0;
  // The words of an instruction with their tokens: text::segment, or text::segment_as where the user says the `words`.
  // Throws as they do.
  virtual Instruction read(const std::string& text, const std::optional<std::string>& words) const = 0;
  // `views`: at least one; each is attended on its own, and the target is found with the mean of what words became in
  // them (reference document, MultiViewFusion). `instruction`: at least one word; every token row lies in the
  // vocabulary's table (Error (input) for more words than the model takes).
  virtual Attended attend(std::span<const EncodedImage> views, const Instruction& instruction) const = 0;
  Attended attend(const EncodedImage& image, const Instruction& instruction) const {
    return attend({&image, 1}, instruction);
  }
};

// A model that can be loaded by its name.
struct ModelListing {
  std::string name;
  std::string path;     // empty: inside the program
  ModelFacts facts;     // as headers say; weights are not read
  std::string problem;  // why it cannot be loaded; empty: none that headers show
};

// All of them, each name once: "base", which is inside the program itself, then NAME.safetensors in the folder "models"
// beside the running program, then in the share folder of its installation.
std::vector<ModelListing> list_models();

// `name_or_path`: a name in the order of list_models, else a checkpoint folder in the Hugging Face form (CLIP,
// Chinese-CLIP, SigLIP, OWL-ViT, BLIP for image-text matching, ViLT), else a hub name that the local cache holds
// ("openai/clip-vit-base-patch16"), else the path of a model file (training/FORMAT.md).
// Throws Error (model): unknown name, unreadable, truncated, offsets outside the file, missing tensors, wrong shapes or
// types, NaN or infinite weights, absurd sizes; encoders of another model that are missing or others than it was
// trained with; an architecture that is not supported. The message names the tensor where one is at fault.
std::unique_ptr<Model> load(const std::string& name_or_path);

// Several at once: those that share encoders hold them once.
std::vector<std::unique_ptr<Model>> load_all(const std::vector<std::string>& names_or_paths);

// Is it sound? All that `load` would stumble over, one after the other.
struct ModelCheck {
  std::string kind;                   // "attnviz model", "clip checkpoint", ...
  std::vector<std::string> problems;  // empty: it can be loaded
  std::vector<std::string> unused;    // tensors of a checkpoint that no part of the model reads
  std::size_t file_bytes = 0;         // of the weights
};
ModelCheck check(const std::string& name_or_path);

}  // namespace attnviz::model
