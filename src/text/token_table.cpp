#include "text/token_table.hpp"

#include <functional>

namespace attnviz::text {

bool TokenTable::add(std::string_view token, std::size_t id) {
  if (2 * (count_ + 1) > slots_.size()) grow();
  const std::size_t place = place_of(token);
  if (slots_[place] != kNone || (id < spans_.size() && spans_[id].begin != kNone)) return false;
  if (id >= spans_.size()) spans_.resize(id + 1);
  spans_[id] = {bytes_.size(), token.size()};
  bytes_ += token;
  slots_[place] = static_cast<std::uint32_t>(id);
  ++count_;
  return true;
}

std::optional<std::uint32_t> TokenTable::find(std::string_view token) const {
  if (slots_.empty()) return std::nullopt;
  const std::uint32_t id = slots_[place_of(token)];
  if (id == kNone) return std::nullopt;
  return id;
}

std::string_view TokenTable::text(std::size_t id) const {
  if (id >= spans_.size() || spans_[id].begin == kNone) return {};
  return std::string_view(bytes_).substr(spans_[id].begin, spans_[id].size);
}

// Where the token is, or the free slot where it belongs.
std::size_t TokenTable::place_of(std::string_view token) const {
  std::size_t place = std::hash<std::string_view>{}(token) & (slots_.size() - 1);
  while (slots_[place] != kNone && text(slots_[place]) != token) place = (place + 1) & (slots_.size() - 1);
  return place;
}

void TokenTable::grow() {
  const std::size_t size = slots_.empty() ? 1024 : 2 * slots_.size();
  slots_.assign(size, kNone);
  for (std::size_t id = 0; id < spans_.size(); ++id) {
    if (spans_[id].begin != kNone) slots_[place_of(text(id))] = static_cast<std::uint32_t>(id);
  }
}

}  // namespace attnviz::text
