#include "text/lookup.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace attnviz::text {
namespace {

// Below this many letters what is left is no noun any more: "is", "us", "as".
constexpr std::size_t kMinStemBytes = 3;

struct Ending {
  std::string_view ending, replacement;
};

// English plurals and possessives, the likelier first.
constexpr std::array<Ending, 5> kEndings{{{"'s", ""}, {"\u2019s", ""}, {"s", ""}, {"es", ""}, {"ies", "y"}}};

}  // namespace

Match look_up(const Vocabulary& vocabulary, std::string surface) {
  if (const VocabularyEntry* entry = vocabulary.find(surface)) return {entry, std::move(surface), true};
  if (!surface.ends_with('s')) return {};
  for (const auto& [ending, replacement] : kEndings) {
    if (!surface.ends_with(ending) || surface.size() < ending.size() + kMinStemBytes) continue;
    std::string stem = surface.substr(0, surface.size() - ending.size()) + std::string(replacement);
    if (const VocabularyEntry* entry = vocabulary.find(stem)) return {entry, std::move(stem), false};
  }
  return {};
}

}  // namespace attnviz::text
