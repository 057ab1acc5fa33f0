// The tokenizers of other people's models: from text to token ids, exactly as the original library makes them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz::text {

struct EncodedToken {
  std::size_t id = 0;
  std::string text;
  std::size_t byte_begin = 0, byte_end = 0;  // span in the text as given; empty span: a special token
};

class Tokenizer {
public:
  virtual ~Tokenizer() = default;

  // With the special tokens that the model's own processor adds, not padded, not truncated. `text` is valid UTF-8.
  virtual std::vector<EncodedToken> encode(std::string_view text) const = 0;
  virtual std::size_t vocabulary_size() const = 0;  // highest id + 1
  virtual std::optional<std::size_t> id_of(std::string_view token) const = 0;
  virtual bool is_unknown(std::size_t id) const = 0;  // stands for what the vocabulary does not have
  virtual std::optional<std::size_t> padding_id() const = 0;
};

}  // namespace attnviz::text
