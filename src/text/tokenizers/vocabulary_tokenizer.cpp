#include "text/tokenizers/vocabulary_tokenizer.hpp"

namespace attnviz::text {

std::optional<std::size_t> VocabularyTokenizer::id_of(std::string_view token) const {
  const auto id = vocabulary_.find(token);
  return id ? id : special_.added.find(token);
}

std::vector<EncodedToken> VocabularyTokenizer::encode(std::string_view utf8) const {
  std::vector<EncodedToken> tokens;
  for (const std::uint32_t id : special_.before) append(tokens, id, 0, 0);
  std::size_t begin = 0;
  for (std::size_t at = 0; at < utf8.size() && special_.added.count() > 0;) {
    std::size_t length = 0, id = 0;
    special_.added.for_each_prefix(utf8.substr(at), [&](std::size_t longer, std::uint32_t found) {
      length = longer;
      id = found;
    });
    if (length > 0) {
      encode_part(utf8, begin, at, tokens);
      tokens.push_back({id, std::string(special_.added.text(id)), at, at + length});
      begin = at + length;
    }
    at += std::max<std::size_t>(length, 1);
  }
  encode_part(utf8, begin, utf8.size(), tokens);
  for (const std::uint32_t id : special_.after) append(tokens, id, utf8.size(), utf8.size());
  return tokens;
}

void VocabularyTokenizer::encode_part(std::string_view utf8, std::size_t begin, std::size_t end,
                                      std::vector<EncodedToken>& tokens) const {
  if (begin == end) return;
  const std::size_t first = tokens.size();
  encode_text(utf8.substr(begin, end - begin), tokens);
  for (std::size_t i = first; i < tokens.size(); ++i) {
    tokens[i].byte_begin += begin;
    tokens[i].byte_end += begin;
  }
}

}  // namespace attnviz::text
