// From attention maps to what each word looks at. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "attnviz/core/attention_maps.hpp"
#include "attnviz/core/patch_grid.hpp"
#include "attnviz/core/report.hpp"
#include "attnviz/core/words.hpp"

namespace attnviz::analysis {

// One map a word: the chosen layer and head, or their mean or maximum.
struct WordMaps {
  std::vector<std::vector<float>> weights;  // [num_words][num_patches], a row and its nothing share sum to 1
  std::vector<float> nothing;               // [num_words]; empty: the model has no "nothing here" slot
  // [num_words]; empty: one head alone is shown. The mean overlap, sum over the patches of min(a, b), of any two shown
  // heads' maps, each scaled to sum to 1; pairs count by the shares that the two heads give to patches at all.
  std::vector<double> agreement{};
};

// A layer's heads are combined first: one, their mean or their maximum scaled to sum to 1. Then the layers: one, their
// mean, or "rollout" (Abnar and Zuidema, "Quantifying Attention Flow in Transformers", 2020): a layer's output is half
// what came in and half what it attended to, R = (R + A) / 2 from no image at all, scaled to sum to 1. That is exact in
// their sense where words read the same patches in every layer (cross-attention); where patches change on the way
// (co-attention, single stream) what patches took from each other is left out.
// At last, where asked for, relative_to_mean.
// Throws Error (usage) that names --layer or --head: no such choice, or beyond the model.
WordMaps aggregate(const AttentionMaps& maps, const ViewChoice& view);

// What each word gives to a patch beyond the mean over all words, no less than zero: what all words share, sinks above
// all, is gone. Scaled to the word's former sum; a single word, or one that is nowhere above the mean, stays as it is.
WordMaps relative_to_mean(WordMaps maps);

// [num_words][num_patches]: the weights without the nothing share, scaled to sum to 1 over the patches with content.
std::vector<std::vector<float>> heatmaps(const WordMaps& maps, const PatchGrid& grid);

// Heat and share of nothing of every word, no more: for maps that are only drawn.
std::vector<WordReading> read_maps(const WordMaps& maps, const PatchGrid& grid);

// `top_k` patches a word, at least 1. Throws Error (usage), "--top", for more than there are patches with content.
std::vector<WordReading> read_words(const WordMaps& maps, const Words& words, const PatchGrid& grid, int top_k);

// Which word each patch belongs to, [num_patches]. A word's weights say where it looks, P(patch | word); with no word
// preferred to another, Bayes' rule makes their share in a patch P(word | patch). What words give to "nothing here" is
// no patch's, so a word whose thing is absent claims next to nothing; patches with a trace of weight are nobody's. A
// model's own weights of patches over words, where it has some (co-attention, single stream), are not used.
std::vector<PatchReading> read_patches(const WordMaps& maps, const PatchGrid& grid);

// Entropy of weights that sum to 1, divided by log(num_choices): 0 one patch, 1 uniform. One choice: 0.
double normalised_entropy(const std::vector<float>& weights, std::size_t num_choices);

// The patches of highest weight, highest first; ties go to the lowest index. Padding never appears.
std::vector<TopPatch> top_patches(const std::vector<float>& heat, const PatchGrid& grid, int top_k);

// Patches that draw attention whatever the word (attention sinks, Xiao et al. 2023; artifacts of Darcet et al. 2023).
// A patch is flagged where every word gives it at least 8 times the uniform share, among them one that names nothing
// (kind other): without such a word a sink and an object that all words mean cannot be told apart, and none is flagged.
std::vector<bool> find_sinks(const WordMaps& maps, const Words& words, const PatchGrid& grid);

// What a reader should be told about the words, one thing a word: unknown ones, things that are not there, maps without
// a focus, heads that disagree, weight on sinks.
std::vector<Warning> word_warnings(const Words& words, const std::vector<WordReading>& readings,
                                   const Honesty& honesty);

// What a reader should be told about the target of an instruction with a verb: that its score is low, or that another
// place does nearly as well.
std::optional<Warning> target_warning(const Words& words, const Target& target, const Honesty& honesty);

}  // namespace attnviz::analysis
