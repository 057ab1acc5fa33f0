#include "model/checkpoint/sentencepiece_model.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "attnviz/core/error.hpp"
#include "text/utf8.hpp"

namespace attnviz::model::checkpoint {
namespace {

using Kind = text::SentencePieceModel::Kind;

// One message of a protocol buffer, field by field.
class Message {
public:
  struct Field {
    std::uint64_t number = 0;
    std::uint64_t value = 0;  // of whole numbers and of floats (their bits)
    std::string_view bytes;   // of strings and messages
  };

  Message(std::string_view bytes, const arrays::Source& source) : rest_(bytes), source_(source) {}

  // False at the end.
  bool next(Field& field) {
    if (rest_.empty()) return false;
    const std::uint64_t tag = varint();
    field = Field{tag >> 3, 0, {}};
    switch (tag & 7) {
      case 0:
        field.value = varint();
        break;
      case 1:
        take(8);
        break;
      case 2:
        field.bytes = take(varint());
        break;
      case 5:
        for (int i = 0; const char byte : take(4))
          field.value |= std::uint64_t{static_cast<unsigned char>(byte)} << 8 * i++;
        break;
      default:
        refuse();
    }
    return true;
  }

private:
  [[noreturn]] void refuse() const { source_.refuse("is no SentencePiece model, or cut short"); }

  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) refuse();
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= std::uint64_t{byte & 127U} << shift;
      if (byte < 128) return value;
    }
    refuse();
  }

  std::string_view rest_;
  const arrays::Source& source_;
};

constexpr std::uint64_t kUnigram = 1, kBpe = 2;  // trainer_spec.model_type

void add_piece(text::SentencePieceModel& model, std::string_view bytes, const arrays::Source& source) {
  Message message(bytes, source);
  std::string_view piece;
  float score = 0;
  std::uint64_t kind = 1;
  for (Message::Field field; message.next(field);) {
    if (field.number == 1) piece = field.bytes;
    if (field.number == 2) score = std::bit_cast<float>(static_cast<std::uint32_t>(field.value));
    if (field.number == 3) kind = field.value;
  }
  const std::size_t id = model.scores.size();
  const std::string name = "piece " + std::to_string(id);
  if (piece.empty() || !std::isfinite(score) || kind < 1 || kind > 6) {
    source.refuse(name + " has no text, no finite score or no kind that is known");
  }
  text::check_utf8(piece, source.code, source.name + ": " + name);
  if (model.vocabulary.add(piece, id) != text::TokenTable::Added::yes) {
    source.refuse(name + " comes twice, is too long, or is one of too many");
  }
  model.scores.push_back(score);
  model.kinds.push_back(static_cast<Kind>(kind));
}

void read_training(text::SentencePieceModel& model, std::string_view bytes, const arrays::Source& source) {
  Message message(bytes, source);
  std::uint64_t type = kUnigram;
  for (Message::Field field; message.next(field);) {
    if (field.number == 3) type = field.value;
    if (field.number == 24 && field.value != 0) source.refuse("puts spaces behind words, which attnviz does not know");
    if (field.number == 35) model.byte_fallback = field.value != 0;
  }
  if (type != kUnigram && type != kBpe) source.refuse("is a model of neither Unigram nor BPE");
  model.is_bpe = type == kBpe;
}

void read_normaliser(text::SentencePieceModel& model, std::string_view bytes, const arrays::Source& source) {
  Message message(bytes, source);
  for (Message::Field field; message.next(field);) {
    if (field.number == 2 && !field.bytes.empty()) {
      std::optional<text::CharacterMap> map = text::CharacterMap::parse(field.bytes);
      if (!map) source.refuse("its table of character replacements is broken");
      model.replacements = *std::move(map);
    }
    if (field.number == 3) model.add_dummy_prefix = field.value != 0;
    if (field.number == 4) model.remove_extra_whitespaces = field.value != 0;
    if (field.number == 5) model.escape_whitespaces = field.value != 0;
  }
}

void check_kinds(const text::SentencePieceModel& model, const arrays::Source& source) {
  std::size_t unknown = 0;
  for (const Kind kind : model.kinds) {
    unknown += kind == Kind::unknown ? 1 : 0;
    if (kind == Kind::unused && model.is_bpe) source.refuse("has unused pieces, which attnviz does not know in BPE");
  }
  if (unknown != 1) source.refuse("has " + std::to_string(unknown) + " unknown pieces instead of one");
  for (unsigned byte = 0; byte < 256 && model.byte_fallback; ++byte) {
    char name[8];
    std::snprintf(name, sizeof name, "<0x%02X>", byte);
    const auto id = model.vocabulary.find(name);
    if (!id || model.kinds[*id] != Kind::byte) source.refuse(std::string("lacks the piece ") + name + " for a byte");
  }
}

}  // namespace

text::SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const arrays::Source& source) {
  text::SentencePieceModel model;
  Message message(bytes, source);
  for (Message::Field field; message.next(field);) {
    if (field.number == 1) add_piece(model, field.bytes, source);
    if (field.number == 2) read_training(model, field.bytes, source);
    if (field.number == 3) read_normaliser(model, field.bytes, source);
  }
  check_kinds(model, source);
  return model;
}

}  // namespace attnviz::model::checkpoint
