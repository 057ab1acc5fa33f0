// Scores a model on the items of an evaluation data set: their words, the words' controls, the predicted target.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/eval_images.hpp"
#include "attnviz/analysis/metrics.hpp"
#include "attnviz/app/options.hpp"
#include "attnviz/core/evaluation.hpp"
#include "attnviz/model/model.hpp"

namespace attnviz::app {

class ItemScorer {
public:
  // The control learns from the whole data set what each image holds. The model must outlive the scorer.
  ItemScorer(const model::Model& model, const EvalOptions& options, const EvalDataset& dataset);

  // Adds the item's figures; what cannot be used is named in the summary. `images` may serve other models, too.
  // Throws Error (usage) for a --layer or --head that the model has not.
  void score(const EvalItem& item, EvalImages& images);

  // Of the items so far. `skipped` begins with the data set's own.
  EvalSummary summary() const;

private:
  // The maps of one instruction on the encoded image.
  struct Heats {
    Words words;
    std::vector<std::vector<float>> maps;  // [num_words][num_patches]
    std::vector<float> nothing;            // [num_words]; empty: the model has no "nothing here" slot
    std::optional<Target> target;
  };
  using Candidate = std::pair<std::string, std::size_t>;  // surface, embedding row

  void remember(const std::string& image_path, const std::string& said);
  Heats attend(const std::string& said) const;
  std::vector<float> heat_of(const std::string& instruction, std::size_t begin, std::size_t end) const;
  std::optional<std::string> other_word(const EvalItem& item, const EvalTarget& target) const;
  std::optional<bool> control(const EvalItem& item, const EvalTarget& target, std::size_t position,
                              const analysis::Region& region) const;
  void score_targets(const EvalItem& item, const Heats& heats);
  void score_nothing(const EvalItem& item, const EvalTarget& target);
  std::optional<double> nothing_share(const std::string& word) const;
  Separation separation() const;

  const model::Model& model_;
  ViewChoice view_;
  bool alone_;
  std::map<std::pair<WordKind, bool>, std::vector<Candidate>> candidates_;  // by kind and whether it is ASCII; sorted
  std::map<std::string, std::set<std::size_t>> rows_in_image_;              // what the data set says of each image
  const model::EncodedImage* encoded_ = nullptr;                            // of the item that is being scored
  EvalSummary summary_;
  std::vector<double> item_ms_;
  // Shares of "nothing here" that nouns alone have: such as name something in their image, and their controls.
  std::vector<double> present_, absent_;
  std::set<std::pair<std::string, std::string>> nouns_done_;  // image, noun
};

}  // namespace attnviz::app
