// tokenizer.json and vocab.json: the large parts (vocabulary, merges) go straight into tables while the text is read,
// the small ones into a document.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "arrays/source.hpp"
#include "text/tokenizers/token_table.hpp"

namespace attnviz::model::checkpoint {

constexpr std::size_t kMaxMerges = 2'000'000;

// Pairs of tokens as text, in their order.
struct MergeList {
  struct Pair {
    std::string_view left, right;
  };
  void add(std::string_view left, std::string_view right);
  std::size_t size() const { return ends.size() / 2; }
  Pair operator[](std::size_t i) const;

  std::string bytes;
  std::vector<std::uint32_t> ends;  // of left, right, left, right ... in `bytes`
};

struct TokenizerJson {
  nlohmann::json document;  // all but model.vocab and model.merges
  text::TokenTable vocabulary;
  std::vector<double> scores;  // [vocabulary] where the vocabulary is a list of [token, score] (Unigram)
  MergeList merges;

  // model.<name>; null where it is not there.
  const nlohmann::json& model(const char* name) const;
  // model.<name> where it is a text; else empty.
  std::string model_text(const char* name) const;
};

// Throws Error of the source's code: not JSON, nested too deeply, ids that are no number, come twice or are too large,
// tokens that come twice, merges that are no pairs, too much of anything.
TokenizerJson parse_tokenizer_json(std::string_view text, const arrays::Source& source);

// vocab.json: {"token": id, ...}. Throws as above.
text::TokenTable parse_vocabulary_json(std::string_view text, const arrays::Source& source);

// Merges as ids. Throws Error (source's code): a token that the vocabulary lacks.
text::MergeTable link_merges(const MergeList& list, const text::TokenTable& vocabulary, const arrays::Source& source);

}  // namespace attnviz::model::checkpoint
