#include "app/eval_items.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include "app/eval_scores.hpp"
#include "app/eval_targets.hpp"
#include "attnviz/analysis/readout.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/core/timing.hpp"

namespace attnviz::app {
namespace {

using analysis::Region;

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// FNV-1a: the choice of a control must be the same on every machine and in every run.
std::uint64_t stable_hash(const std::string& text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

ItemScorer::ItemScorer(const model::Model& model, const EvalOptions& options, const EvalDataset& dataset)
    : model_(model), view_(model.default_view()), alone_(options.alone) {
  if (options.layer) view_.layer = *options.layer;
  if (options.head) view_.head = *options.head;
  for (const auto& [surface, entry] : model.vocabulary().entries) {
    candidates_[{entry.kind, is_ascii(surface)}].push_back({surface, entry.row});
  }
  for (auto& [kind, candidates] : candidates_) std::sort(candidates.begin(), candidates.end());
  for (const EvalItem& item : dataset.items) {
    remember(item.image_path, item.instruction);
    for (const std::string& word : item.present) remember(item.image_path, word);
  }
  summary_.model = model.facts().name;
  summary_.num_parameters = model.facts().num_parameters;
  summary_.alone = alone_;
  summary_.skipped = dataset.skipped;
}

void ItemScorer::remember(const std::string& image_path, const std::string& said) {
  std::set<std::size_t>& rows = rows_in_image_[image_path];
  try {
    for (const Word& word : model_.read(said, std::nullopt).words) {
      for (const Token& token : word.tokens) rows.insert(token.row);
    }
  } catch (const Error&) {
    // No words: where it is the instruction, score() will say so.
  }
}

void ItemScorer::score(const EvalItem& item, EvalImages& images) {
  try {
    const EvalImages::Encoded& encoded = images.get(item.image_path, model_);
    encoded_ = &encoded.image;
    const Stopwatch watch;
    const Heats heats = attend(item.instruction);
    const double ms = encoded.ms + watch.elapsed_ms();
    std::optional<Region> goal;  // read first: an item that cannot be used counts nowhere
    if (item.goal) goal = load_region(*item.goal, encoded_->grid);
    if (goal && goal->area() == 0) throw Error(ErrorCode::input, "goal", "its region holds no pixel of the image");
    item_ms_.push_back(ms);
    score_targets(item, heats);
    if (goal && heats.target) {
      summary_.success.add(goal->contains(heats.target->point));
      summary_.success_chance.add(goal->share_of_image());
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::usage) throw;  // --layer 9 is no item's fault
    summary_.skipped.push_back({item.id, error.what()});
  }
}

EvalSummary ItemScorer::summary() const {
  EvalSummary summary = summary_;
  if (!item_ms_.empty()) summary.ms = median(item_ms_);
  if (!present_.empty()) summary.nothing = separation();
  return summary;
}

Separation ItemScorer::separation() const {
  const auto warned_of = [above = model_.honesty().nothing](const std::vector<double>& shares) {
    return static_cast<double>(std::ranges::count_if(shares, [above](double share) { return share > above; }));
  };
  const double right = warned_of(absent_), all = right + warned_of(present_);
  Separation result{present_.size(), analysis::separation(absent_, present_), {}, {}};
  if (all > 0) result.precision = right / all;
  result.recall = right / static_cast<double>(absent_.size());
  return result;
}

ItemScorer::Heats ItemScorer::attend(const std::string& said) const {
  const Instruction instruction = model_.read(said, std::nullopt);
  const model::Attended attended = model_.attend(*encoded_, instruction);
  const analysis::WordMaps maps = analysis::aggregate(attended.maps.front(), view_);
  return {instruction.words, analysis::heatmaps(maps, encoded_->grid), maps.nothing, attended.target};
}

std::vector<float> ItemScorer::heat_of(const std::string& instruction, std::size_t begin, std::size_t end) const {
  const Heats heats = attend(instruction);
  return heat_between(heats.words, heats.maps, begin, end);
}

// A random other word of the target's kind and script that names nothing in the image, as far as the data set says.
std::optional<std::string> ItemScorer::other_word(const EvalItem& item, const EvalTarget& target) const {
  const auto found = candidates_.find({target.kind, is_ascii(target.word)});
  if (found == candidates_.end()) return std::nullopt;
  const std::vector<Candidate>& candidates = found->second;
  const std::set<std::size_t>& present = rows_in_image_.at(item.image_path);
  const std::size_t start = stable_hash(item.id + '\n' + target.word) % candidates.size();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto& [surface, row] = candidates[(start + i) % candidates.size()];
    if (!present.contains(row)) return surface;
  }
  return std::nullopt;
}

std::optional<bool> ItemScorer::control(const EvalItem& item, const EvalTarget& target, std::size_t position,
                                        const Region& region) const {
  const std::optional<std::string> other = other_word(item, target);
  if (!other) return std::nullopt;
  std::string instruction = *other;
  std::size_t begin = 0;
  if (!alone_) {
    instruction = item.instruction;
    instruction.replace(position, target.word.size(), *other);
    begin = position;
  }
  const std::vector<float> heat = heat_of(instruction, begin, begin + other->size());
  if (heat.empty()) return std::nullopt;
  return analysis::pointing(heat, region, encoded_->grid);
}

// Each noun of an image once.
void ItemScorer::score_nothing(const EvalItem& item, const EvalTarget& target) {
  if (target.kind != WordKind::noun || !nouns_done_.insert({item.image_path, target.word}).second) return;
  const std::optional<std::string> other = other_word(item, target);
  if (!other) return;
  const std::optional<double> present = nothing_share(target.word), absent = nothing_share(*other);
  if (!present || !absent) return;
  present_.push_back(*present);
  absent_.push_back(*absent);
}

// Of a word alone, which may be segmented into several. Empty: the model has no "nothing here" slot.
std::optional<double> ItemScorer::nothing_share(const std::string& word) const {
  const std::vector<float> shares = attend(word).nothing;
  if (shares.empty()) return std::nullopt;
  return std::accumulate(shares.begin(), shares.end(), 0.0) / static_cast<double>(shares.size());
}

void ItemScorer::score_targets(const EvalItem& item, const Heats& heats) {
  std::vector<TargetMap> scored;
  for (std::size_t i = 0; i < item.targets.size(); ++i) {
    const EvalTarget& target = item.targets[i];
    const auto heat_at = [&](std::size_t begin) {
      return alone_ ? heat_of(target.word, 0, target.word.size())
                    : heat_between(heats.words, heats.maps, begin, begin + target.word.size());
    };
    auto map = map_target(item, i, heats.words, encoded_->grid, heat_at, summary_.skipped);
    if (!map) continue;
    map->control = control(item, target, map->begin, map->region);
    score_nothing(item, target);
    scored.push_back(std::move(*map));
  }
  add_scores(scored, encoded_->grid, summary_.kinds);
}

}  // namespace attnviz::app
