// What all tokenizers with a table of tokens have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "attnviz/text/tokenizer.hpp"
#include "text/token_table.hpp"

namespace attnviz::text {

struct TokenSet {
  TokenTable table;
  std::optional<std::uint32_t> unknown, padding;
};

class TableTokenizer : public Tokenizer {
public:
  std::size_t vocabulary_size() const override { return tokens_.table.end_id(); }
  std::optional<std::size_t> id_of(std::string_view token) const override {
    const auto id = table().find(token);
    return id ? std::optional<std::size_t>(*id) : std::nullopt;
  }
  bool is_unknown(std::size_t id) const override { return tokens_.unknown && id == *tokens_.unknown; }
  std::optional<std::size_t> padding_id() const override {
    return tokens_.padding ? std::optional<std::size_t>(*tokens_.padding) : std::nullopt;
  }

protected:
  explicit TableTokenizer(TokenSet tokens) : tokens_(std::move(tokens)) {}

  const TokenTable& table() const { return tokens_.table; }
  std::optional<std::uint32_t> unknown() const { return tokens_.unknown; }
  EncodedToken token(std::uint32_t id, std::size_t byte_begin = 0, std::size_t byte_end = 0) const {
    return {id, std::string(table().text(id)), byte_begin, byte_end};
  }

private:
  TokenSet tokens_;
};

}  // namespace attnviz::text
