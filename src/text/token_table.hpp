// The tokens of a vocabulary and their ids, both ways. Built for speed of loading: one block of bytes, one hash table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz::text {

constexpr std::size_t kMaxTokenId = (std::size_t{1} << 20) - 1;

class TokenTable {
public:
  // `id` is at most kMaxTokenId. False, and nothing changes, where the token or the id is there already.
  bool add(std::string_view token, std::size_t id);

  std::optional<std::uint32_t> find(std::string_view token) const;
  // Empty where no token has the id.
  std::string_view text(std::size_t id) const;
  std::size_t size() const { return count_; }           // tokens
  std::size_t end_id() const { return spans_.size(); }  // highest id + 1

private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  struct Span {
    std::size_t begin = kNone, size = 0;
  };

  std::size_t place_of(std::string_view token) const;
  void grow();

  std::string bytes_;
  std::vector<Span> spans_;           // by id
  std::vector<std::uint32_t> slots_;  // ids, by hash of the token
  std::size_t count_ = 0;
};

}  // namespace attnviz::text
