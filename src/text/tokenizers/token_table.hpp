// A vocabulary of a tokenizer: tokens and ids, found both ways. All tokens lie in one buffer, so that tens of thousands
// of them are read in a few milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz::text {

constexpr std::size_t kMaxTokenIds = 2'000'000;
constexpr std::size_t kMaxTokenBytes = 512;

class TokenTable {
public:
  explicit TokenTable(std::size_t expected = 1024);

  enum class Added { yes, token_known, id_taken, too_large };
  // `too_large`: the id, the token, or (as only a made-up vocabulary can) too many tokens with one hash.
  Added add(std::string_view token, std::size_t id);
  // As above, but a token that is known moves to the new id; the old id keeps its text.
  Added add_or_move(std::string_view token, std::size_t id);

  std::optional<std::uint32_t> find(std::string_view token) const;
  std::string_view text(std::size_t id) const;  // empty where the id has none
  bool has(std::size_t id) const { return id < tokens_.size() && tokens_[id].begin != kNone; }
  std::size_t size() const { return tokens_.size(); }  // highest id + 1
  std::size_t count() const { return count_; }         // of different tokens

  // Calls found(length in bytes, id) for every token, not empty, that `text` begins with, shortest first.
  template <typename Found>
  void for_each_prefix(std::string_view text, Found&& found) const {
    std::uint64_t hash = kHashSeed;
    const std::size_t limit = text.size() < longest_ ? text.size() : longest_;
    for (std::size_t length = 1; length <= limit; ++length) {
      hash = extend(hash, text[length - 1]);
      if (const auto id = find(text.substr(0, length), mixed(hash))) found(length, *id);
    }
  }

private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  static constexpr std::uint64_t kHashSeed = 0xCBF29CE484222325;  // FNV-1a: can be extended byte by byte
  struct Stored {
    std::uint32_t begin = kNone, size = 0;  // in bytes_
  };

  struct Slot {
    std::uint32_t id = kNone, hash = 0;  // the hash spares most looks at tokens that are others
  };

  static std::uint64_t extend(std::uint64_t hash, char byte) {
    return (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3;
  }
  static std::uint32_t mixed(std::uint64_t hash) { return static_cast<std::uint32_t>(hash ^ (hash >> 29)); }
  static std::uint32_t hash_of(std::string_view token);
  std::optional<std::uint32_t> find(std::string_view token, std::uint32_t hash) const;
  std::size_t slot_of(std::string_view token, std::uint32_t hash) const;  // where it is, or the free one for it
  bool insert(Slot slot);
  bool grow();
  Added store(std::string_view token, std::size_t id);

  std::string bytes_;
  std::vector<Stored> tokens_;  // by id
  std::vector<Slot> slots_;     // open addressing; a power of two of them
  std::size_t count_ = 0, longest_ = 0;
};

// Which pairs of tokens byte-pair encoding joins, in which order, to what.
class MergeTable {
public:
  struct Merge {
    std::uint32_t rank = 0, id = 0;
  };

  explicit MergeTable(std::size_t expected = 1024);

  // A pair that is known gets the new rank. False: too many pairs with one hash, as only a made-up list has them.
  bool add(std::uint32_t left, std::uint32_t right, Merge merge);
  std::optional<Merge> find(std::uint32_t left, std::uint32_t right) const;

private:
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};
  struct Slot {
    std::uint64_t pair = kFree;
    Merge merge;
  };
  std::size_t first_slot(std::uint64_t pair) const;
  bool insert(std::uint64_t pair, Merge merge);

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace attnviz::text
