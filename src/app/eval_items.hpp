// Scores one item of an evaluation data set: its words, their controls, the predicted target.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/analysis/metrics.hpp"
#include "attnviz/app/options.hpp"
#include "attnviz/core/evaluation.hpp"
#include "attnviz/model/model.hpp"

namespace attnviz::app {

class ItemScorer {
public:
  // `items`: the whole data set, from which the control learns what each image holds.
  // The model must outlive the scorer.
  ItemScorer(const model::Model& model, const EvalOptions& options, const std::vector<EvalItem>& items);

  // Adds the item's figures; what cannot be used is named in summary.skipped.
  // Throws Error (usage) for a --layer or --head that the model has not.
  void score(const EvalItem& item, EvalSummary& summary);

private:
  struct Scored;  // one target with its region and map

  // The maps of one instruction on the encoded image.
  struct Heats {
    Words words;
    std::vector<std::vector<float>> maps;  // [num_words][num_patches]
    std::optional<Target> target;
  };
  using Candidate = std::pair<std::string, std::size_t>;  // surface, embedding row

  void remember(const std::string& image_path, const std::string& said);
  Heats attend(const Words& words) const;
  static std::vector<float> heat_between(const Heats& heats, std::size_t begin, std::size_t end);
  std::vector<float> heat_of(const std::string& instruction, std::size_t begin, std::size_t end) const;
  std::optional<std::string> other_word(const EvalItem& item, const EvalTarget& target) const;
  std::optional<bool> control(const EvalItem& item, const EvalTarget& target, std::size_t position,
                              const analysis::Region& region) const;
  void score_targets(const EvalItem& item, const Heats& heats, EvalSummary& summary) const;
  void add(const Scored& one, const std::vector<Scored>& all, KindScores& scores) const;

  const model::Model& model_;
  ViewChoice view_;
  bool alone_;
  std::map<std::pair<WordKind, bool>, std::vector<Candidate>> candidates_;  // by kind and whether it is ASCII; sorted
  std::map<std::string, std::set<std::size_t>> rows_in_image_;              // what the data set says of each image
  std::string encoded_path_;  // the image of the last item: neighbouring lines often share theirs
  model::EncodedImage encoded_;
};

}  // namespace attnviz::app
