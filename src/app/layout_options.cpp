#include "app/layout_options.hpp"

#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "app/option_checks.hpp"
#include "attnviz/core/error.hpp"

namespace attnviz::app {
namespace {

constexpr std::size_t kHighestIndex = std::size_t{1} << 31;
constexpr int kMostPatches = 4096;  // along a side
constexpr int kFarthest = 1 << 20;  // pixels

template <typename Number>
std::optional<Number> whole(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

[[noreturn]] void refuse(const std::string& option, const std::string& text, const std::string& hint) {
  throw Error(ErrorCode::usage, option, "'" + text + "' is not what it takes", hint);
}

// "5:9,12"
std::vector<IndexRange> parse_ranges(const std::string& option, const std::string& text) {
  std::vector<IndexRange> ranges;
  if (text.empty()) return ranges;
  for (const std::string_view part : split(text, ',')) {
    const std::vector<std::string_view> bounds = split(part, ':');
    const auto begin = whole<std::size_t>(bounds.front()), end = whole<std::size_t>(bounds.back());
    if (bounds.size() > 2 || !begin || !end)
      refuse(option, text, "give numbers and ranges: 5:9,12 is 5, 6, 7, 8 and 12");
    const IndexRange range{*begin, bounds.size() == 1 ? *end + 1 : *end};
    if (range.end <= range.begin || range.end > kHighestIndex)
      refuse(option, text, "ranges begin before they end: 5:9");
    ranges.push_back(range);
  }
  return ranges;
}

std::optional<image::GridShape> parse_grid(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::vector<std::string_view> sides = split(text, 'x');
  const auto rows = whole<int>(sides.front()), cols = whole<int>(sides.back());
  const auto fits = [](const std::optional<int>& side) { return side && *side >= 1 && *side <= kMostPatches; };
  if (sides.size() != 2 || !fits(rows) || !fits(cols)) refuse("--grid", text, "give rows x columns: 24x24");
  return image::GridShape{*rows, *cols};
}

std::optional<image::ContentRect> parse_content(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::vector<std::string_view> corners = split(text, ',');
  image::ContentRect content{};
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const auto corner = whole<int>(corners[i]);
    if (corners.size() != content.size() || !corner || *corner < -kFarthest || *corner > kFarthest) {
      refuse("--content", text, "give x0,y0,x1,y1 in pixels of the model input: 0,28,224,196");
    }
    content[i] = *corner;
  }
  return content;
}

}  // namespace

void add_layout(CLI::App& app, RawLayout& raw) {
  app.add_option("--key", raw.key, "the array in the file (the only one that fits); 'layer_*' joins layers")
      ->type_name("NAME");
  app.add_option("--preset", raw.preset, "a known layout: blip, llava, qwen2-vl, pi0, smolvla, openvla")
      ->check(one_of(image::layout_names()))
      ->type_name("NAME");
  app.add_option("--words-at", raw.words_at, "rows of the words: 5:9,12 (all)")->type_name("ROWS");
  app.add_option("--patches-at", raw.patches_at, "columns of the patches: 1:577 (all, or the preset's)")
      ->type_name("COLUMNS");
  app.add_option("--grid", raw.grid, "rows x columns of patches (the preset's, or square)")->type_name("RxC");
  app.add_option("--content", raw.content, "where the image lies in the model input, in its pixels (fills it)")
      ->type_name("x0,y0,x1,y1");
}

LayoutOptions finish_layout(const RawLayout& raw) {
  return {raw.key,
          raw.preset,
          parse_ranges("--words-at", raw.words_at),
          parse_ranges("--patches-at", raw.patches_at),
          parse_grid(raw.grid),
          parse_content(raw.content)};
}

}  // namespace attnviz::app
