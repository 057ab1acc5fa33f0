// The small files beside a vocabulary, and what tokenizer.json says about special tokens.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "arrays/source.hpp"
#include "text/tokenizers/vocabulary_tokenizer.hpp"

namespace attnviz::model::checkpoint {

// tokenizer_config.json and special_tokens_map.json of a folder; both may be absent.
class TokenizerSettings {
public:
  // Throws Error (model): unreadable, too large, no JSON object.
  explicit TokenizerSettings(const std::filesystem::path& folder);

  // "cls_token" and the like: the name of the token, or `otherwise`.
  std::string token(const char* role, const std::string& otherwise) const;
  // true or false of tokenizer_config.json; empty where it is absent, null, or something else.
  std::optional<bool> flag(const char* name) const;
  // Whether "tokenizer_class" begins with this.
  bool is_class(std::string_view prefix) const;
  bool pads_left() const;
  // "added_tokens_decoder" as a list in the form of tokenizer.json's "added_tokens".
  nlohmann::json added_tokens() const;

private:
  nlohmann::json config_, map_;
};

// The id of a special token. Throws Error (source's code) where the vocabulary lacks it.
std::uint32_t special_id(const text::TokenTable& vocabulary, const std::string& token, const arrays::Source& source);

// Adds to `special` what tokenizer.json's "post_processor" puts before and after a text. False where it is null.
// Throws Error: a kind that is not supported, an id outside of the vocabulary.
bool read_post_processor(const nlohmann::json& processor, const text::TokenTable& vocabulary,
                         text::SpecialTokens& special, const arrays::Source& source);

// The tokens of a list of added tokens that are found in a text before anything is done to it; special ones are not
// (attnviz/text/tokenizer.hpp). Throws Error: an entry of another form, one that needs more than plain search.
text::TokenTable read_added_tokens(const nlohmann::json& list, const arrays::Source& source);

}  // namespace attnviz::model::checkpoint
