// The nouns of `attnviz eval`: a data set with the regions that words name, and the scores of a model on it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/patch_grid.hpp"
#include "attnviz/core/words.hpp"

namespace attnviz {

// Where a thing is: boxes in pixels of the original image, or the file of a mask (pixels above 127 are inside).
struct RegionSource {
  std::vector<Box> boxes;
  std::string mask_path;  // absolute or relative to the working directory; empty: boxes count
};

struct EvalTarget {
  std::string word;
  WordKind kind = WordKind::noun;
  RegionSource region;
};

struct EvalItem {
  std::size_t line = 0;  // in the data set, from 1
  std::string id;        // the line's own, else its number
  std::string image_path, instruction;
  std::vector<EvalTarget> targets;
  std::optional<RegionSource> goal;
  std::vector<std::string> present;  // further words that name something in the image: no control for the targets
  std::string attention_path;        // attention that another program computed; empty: a model is asked
  std::optional<std::string> words;  // of that attention: "red|cup"
};

struct SkippedItem {
  std::string id, reason;
};

struct EvalDataset {
  std::vector<EvalItem> items;
  std::vector<SkippedItem> skipped;  // lines that are no items
};

// A sum that becomes a mean. Nothing added: no mean.
struct Mean {
  double sum = 0;
  std::size_t count = 0;

  void add(double value) {
    sum += value;
    ++count;
  }
  std::optional<double> value() const {
    return count > 0 ? std::optional(sum / static_cast<double>(count)) : std::nullopt;
  }
};

// Means over the target words of one kind (design: mass, pointing, iou; chance, centre and control stand beside them).
struct KindScores {
  Mean mass, pointing, iou, chance, centre, control, discrimination;
};

// How well the share of "nothing here" tells words that name something in the image from words that do not.
struct Separation {
  std::size_t count = 0;      // pairs of such words
  std::optional<double> auc;  // how often the absent one's share is the higher; ties count half
  // Of the warning that a word names nothing: how many of the words warned of are absent ones (none where nobody is
  // warned), and how many of the absent ones are warned of.
  std::optional<double> precision, recall;
};

struct EvalSummary {
  std::string model;
  std::size_t num_parameters = 0;
  std::optional<double> ms;  // median over the items, from an image and an instruction to maps and target
  bool alone = false;        // every word was scored as an instruction of its own
  std::map<std::string, KindScores> kinds;  // "colour", "noun", "verb" where there are items, and "all"
  Mean success, success_chance;             // the predicted point on the goal; the goal's share of the image
  Separation nothing;                       // over nouns alone
  std::vector<SkippedItem> skipped;
};

}  // namespace attnviz
