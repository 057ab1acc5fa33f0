// From text to the token ids of other people's models, exactly as the libraries that these were trained with make them.
//
// Spans: every token knows the bytes of the text, as it was given, that it stands for: before lower-casing,
// normalisation and the removal of accents. Tokens that share one character (byte-level pieces of an emoji) all have
// its whole span; tokens that stand for nothing in the text (special ones, a leading "▁") have an empty one.
// Spans never decrease from token to token and never overlap but for such shared characters.
//
// Text is text: "[SEP]" or "<|endoftext|>" inside it becomes the tokens of its letters and signs. The original
// libraries would read them as special tokens; an instruction must not be able to end itself.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz::text {

struct EncodedToken {
  std::size_t id = 0;
  std::string text;                          // as the vocabulary spells it ("##up", "cup</w>", "▁cup")
  std::size_t byte_begin = 0, byte_end = 0;  // of the text as given, end exclusive

  bool stands_for_text() const { return byte_begin < byte_end; }
};

// Threads may share one.
class Tokenizer {
public:
  virtual ~Tokenizer() = default;

  // `utf8` must be valid. With the special tokens that the model's processor adds ([CLS] ... [SEP]), neither padded nor
  // cut to a length. Takes time in proportion to the text, but for a logarithm.
  virtual std::vector<EncodedToken> encode(std::string_view utf8) const = 0;

  virtual std::size_t vocabulary_size() const = 0;  // highest id + 1
  virtual std::optional<std::size_t> id_of(std::string_view token) const = 0;
  // Whether the id is the one for what the vocabulary does not hold. Never true where single bytes are tokens.
  virtual bool is_unknown(std::size_t id) const = 0;
  virtual std::optional<std::size_t> padding_id() const = 0;  // of the token that fills texts up to a length
};

}  // namespace attnviz::text
