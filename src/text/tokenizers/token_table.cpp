#include "text/tokenizers/token_table.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace attnviz::text {
namespace {

// Honest vocabularies need a dozen steps at most: half of the slots are free.
constexpr std::size_t kMaxSteps = 512;

std::size_t slots_for(std::size_t expected) { return std::bit_ceil(std::max<std::size_t>(16, 2 * expected)); }

}  // namespace

TokenTable::TokenTable(std::size_t expected) : slots_(slots_for(std::min(expected, kMaxTokenIds))) {}

std::uint32_t TokenTable::hash_of(std::string_view token) {
  std::uint64_t hash = kHashSeed;
  for (const char byte : token) hash = extend(hash, byte);
  return mixed(hash);
}

std::string_view TokenTable::text(std::size_t id) const {
  return has(id) ? std::string_view(bytes_).substr(tokens_[id].begin, tokens_[id].size) : std::string_view();
}

std::optional<std::uint32_t> TokenTable::find(std::string_view token) const { return find(token, hash_of(token)); }

std::size_t TokenTable::slot_of(std::string_view token, std::uint32_t hash) const {
  std::size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot].id != kNone && (slots_[slot].hash != hash || text(slots_[slot].id) != token)) {
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return slot;
}

std::optional<std::uint32_t> TokenTable::find(std::string_view token, std::uint32_t hash) const {
  const std::uint32_t id = slots_[slot_of(token, hash)].id;
  return id == kNone ? std::nullopt : std::optional(id);
}

bool TokenTable::insert(Slot slot) {
  std::size_t at = slot.hash & (slots_.size() - 1);
  for (std::size_t steps = 0; slots_[at].id != kNone; ++steps) {
    if (steps == kMaxSteps) return false;
    at = (at + 1) & (slots_.size() - 1);
  }
  slots_[at] = slot;
  return true;
}

bool TokenTable::grow() {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
  return std::ranges::all_of(old, [&](const Slot& slot) { return slot.id == kNone || insert(slot); });
}

TokenTable::Added TokenTable::store(std::string_view token, std::size_t id) {
  if (id >= kMaxTokenIds || token.size() > kMaxTokenBytes) return Added::too_large;
  if (has(id)) return Added::id_taken;
  if (id >= tokens_.size()) tokens_.resize(id + 1);
  tokens_[id] = {static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(token.size())};
  bytes_ += token;
  longest_ = std::max(longest_, token.size());
  return Added::yes;
}

TokenTable::Added TokenTable::add(std::string_view token, std::size_t id) {
  const std::uint32_t hash = hash_of(token);
  if (find(token, hash)) return Added::token_known;
  if (2 * (count_ + 1) > slots_.size() && !grow()) return Added::too_large;
  const Added stored = store(token, id);
  if (stored != Added::yes) return stored;
  ++count_;
  return insert({static_cast<std::uint32_t>(id), hash}) ? Added::yes : Added::too_large;
}

TokenTable::Added TokenTable::add_or_move(std::string_view token, std::size_t id) {
  const std::size_t slot = slot_of(token, hash_of(token));
  if (slots_[slot].id == kNone) return add(token, id);
  const Added stored = store(token, id);
  if (stored == Added::yes) slots_[slot].id = static_cast<std::uint32_t>(id);
  return stored;
}

MergeTable::MergeTable(std::size_t expected) : slots_(slots_for(std::min(expected, kMaxTokenIds))) {}

std::size_t MergeTable::first_slot(std::uint64_t pair) const {
  std::uint64_t hash = pair * 0x9E3779B97F4A7C15;
  hash ^= hash >> 32;
  return hash & (slots_.size() - 1);
}

bool MergeTable::insert(std::uint64_t pair, Merge merge) {
  std::size_t slot = first_slot(pair);
  for (std::size_t steps = 0; slots_[slot].pair != kFree && slots_[slot].pair != pair; ++steps) {
    if (steps == kMaxSteps) return false;
    slot = (slot + 1) & (slots_.size() - 1);
  }
  if (slots_[slot].pair == kFree) ++count_;
  slots_[slot] = {pair, merge};
  return true;
}

bool MergeTable::add(std::uint32_t left, std::uint32_t right, Merge merge) {
  if (2 * (count_ + 1) > slots_.size()) {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
    count_ = 0;
    const auto moved = [&](const Slot& slot) { return slot.pair == kFree || insert(slot.pair, slot.merge); };
    if (!std::ranges::all_of(old, moved)) return false;
  }
  return insert(std::uint64_t{left} << 32 | right, merge);
}

std::optional<MergeTable::Merge> MergeTable::find(std::uint32_t left, std::uint32_t right) const {
  const std::uint64_t pair = std::uint64_t{left} << 32 | right;
  for (std::size_t slot = first_slot(pair); slots_[slot].pair != kFree; slot = (slot + 1) & (slots_.size() - 1)) {
    if (slots_[slot].pair == pair) return slots_[slot].merge;
  }
  return std::nullopt;
}

}  // namespace attnviz::text
