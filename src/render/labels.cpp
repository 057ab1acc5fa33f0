#include "attnviz/render/labels.hpp"

#include <fontconfig/fontconfig.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "render/canvas.hpp"
#include "render/font_file.hpp"
#include "render/utf8.hpp"

namespace attnviz::render {
namespace {

// All fonts share one em and one baseline within a line of `px` pixels, so that mixed text stands level. Han glyphs
// reach from 0.12 em below to 0.88 em above the baseline, Latin descenders to about 0.24 below.
constexpr double kEm = 0.85, kBaseline = 0.78;

// For machines without fonts. Rows of 5 bits from the top.
constexpr std::string_view kBuiltInCharacters = "0123456789.#";
constexpr int kBuiltInWidth = 5, kBuiltInHeight = 7, kBuiltInAdvance = 6;
constexpr std::array<std::array<std::uint8_t, kBuiltInHeight>, kBuiltInCharacters.size()> kBuiltInGlyphs{{
    {14, 17, 19, 21, 25, 17, 14},
    {4, 12, 4, 4, 4, 4, 14},
    {14, 17, 1, 2, 4, 8, 31},
    {31, 2, 4, 2, 1, 17, 14},
    {2, 6, 10, 18, 31, 2, 2},
    {31, 16, 30, 1, 1, 17, 14},
    {6, 8, 16, 30, 17, 17, 14},
    {31, 1, 2, 4, 8, 8, 8},
    {14, 17, 17, 14, 17, 17, 14},
    {14, 17, 17, 15, 1, 2, 12},
    {0, 0, 0, 0, 0, 12, 12},
    {10, 10, 31, 10, 31, 10, 10},
}};

std::size_t built_in_index(char32_t character) {
  return character < 0x80 ? kBuiltInCharacters.find(static_cast<char>(character)) : std::string_view::npos;
}

int built_in_zoom(int px) { return std::max(1, (px + 1) / 8); }

void draw_built_in(Image& image, int x, int y, int px, const std::u32string& text, Colour colour) {
  const int zoom = built_in_zoom(px);
  const int top = y + (px - kBuiltInHeight * zoom) / 2;
  for (const char32_t character : text) {
    const std::size_t index = built_in_index(character);
    for (int row = 0; index != std::string_view::npos && row < kBuiltInHeight; ++row) {
      for (int col = 0; col < kBuiltInWidth; ++col) {
        const bool inked = (kBuiltInGlyphs[index][static_cast<std::size_t>(row)] >> (kBuiltInWidth - 1 - col) & 1) != 0;
        if (inked) fill(image, {x + col * zoom, top + row * zoom, zoom, zoom}, colour);
      }
    }
    x += kBuiltInAdvance * zoom;
  }
}

template <typename T, void (*release)(T*)>
struct Releaser {
  void operator()(T* object) const { release(object); }
};
using Config = std::unique_ptr<FcConfig, Releaser<FcConfig, FcConfigDestroy>>;
using Pattern = std::unique_ptr<FcPattern, Releaser<FcPattern, FcPatternDestroy>>;
using CharSet = std::unique_ptr<FcCharSet, Releaser<FcCharSet, FcCharSetDestroy>>;

const FcChar8* fc_string(const char* text) { return reinterpret_cast<const FcChar8*>(text); }

// The font that fontconfig thinks best for these characters. `format`: "TrueType", "CFF" or null for any.
std::unique_ptr<FontFile> find_font(FcConfig* config, const std::u32string& characters, const char* format) {
  const CharSet wanted(FcCharSetCreate());
  for (const char32_t character : characters) FcCharSetAddChar(wanted.get(), character);
  const Pattern pattern(FcPatternCreate());
  FcPatternAddString(pattern.get(), FC_FAMILY, fc_string("sans-serif"));
  FcPatternAddBool(pattern.get(), FC_OUTLINE, FcTrue);
  FcPatternAddCharSet(pattern.get(), FC_CHARSET, wanted.get());
  // Chinese shapes where Chinese, Japanese and Korean write a character differently.
  if (std::any_of(characters.begin(), characters.end(), is_cjk))
    FcPatternAddString(pattern.get(), FC_LANG, fc_string("zh-cn"));
  if (format != nullptr) FcPatternAddString(pattern.get(), FC_FONTFORMAT, fc_string(format));
  FcConfigSubstitute(config, pattern.get(), FcMatchPattern);
  FcDefaultSubstitute(pattern.get());
  FcResult result = FcResultNoMatch;
  const Pattern match(FcFontMatch(config, pattern.get(), &result));
  FcChar8* path = nullptr;
  if (!match || FcPatternGetString(match.get(), FC_FILE, 0, &path) != FcResultMatch) return nullptr;
  int index = 0;
  FcPatternGetInteger(match.get(), FC_INDEX, 0, &index);
  return FontFile::open(reinterpret_cast<const char*>(path), index);
}

}  // namespace

struct Labels::Fonts {
  std::vector<std::unique_ptr<FontFile>> files;  // the first that has a character draws it

  // The font and the glyph of a character; the first font's "missing" box where none has it.
  std::pair<const FontFile*, int> find(char32_t character) const {
    for (const auto& file : files) {
      if (const int glyph = file->glyph(character); glyph != 0) return {file.get(), glyph};
    }
    return {files.front().get(), 0};
  }
};

Labels::Labels(const std::string& sample) : fonts_(std::make_unique<Fonts>()) {
  std::u32string missing = decode_label(sample);
  for (char32_t character = U' '; character < 0x7F; ++character) missing.push_back(character);
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());

  const Config config(FcInitLoadConfigAndFonts());
  if (!config) return;
  // The best match may be of a kind that we cannot draw (Type 1, bitmaps), or lack a few characters.
  for (const char* format : {static_cast<const char*>(nullptr), "TrueType", "CFF"}) {
    if (missing.empty()) break;
    std::unique_ptr<FontFile> font = find_font(config.get(), missing, format);
    if (!font) continue;
    if (std::erase_if(missing, [&](char32_t character) { return font->glyph(character) != 0; }) > 0) {
      fonts_->files.push_back(std::move(font));
    }
  }
}

Labels::~Labels() = default;
Labels::Labels(Labels&&) noexcept = default;
Labels& Labels::operator=(Labels&&) noexcept = default;

Obstacle Labels::obstacle_of(char32_t character) const {
  if (is_right_to_left(character)) return Obstacle::right_to_left;
  const bool has_glyph = fonts_->files.empty()
                             ? character == U' ' || built_in_index(character) != std::string_view::npos
                             : fonts_->find(character).second != 0;
  if (has_glyph) return Obstacle::none;
  return is_cjk(character) ? Obstacle::no_cjk_font : Obstacle::no_font;
}

Obstacle Labels::obstacle(const std::string& text) const {
  for (const char32_t character : decode_label(text)) {
    if (const Obstacle found = obstacle_of(character); found != Obstacle::none) return found;
  }
  return Obstacle::none;
}

std::string Labels::drawable(const std::string& text) const {
  if (can_draw(text)) return text;
  if (fonts_->files.empty()) return "";
  std::u32string result;
  bool is_gap = false;
  for (const char32_t character : decode_label(text)) {
    const bool is_missing = obstacle_of(character) != Obstacle::none;
    if (!is_missing) {
      result += character;
    } else if (!is_gap) {
      result += U"...";
    }
    is_gap = is_missing;
  }
  return encode_label(result);
}

int Labels::width(const std::string& text, int px) const {
  const std::u32string characters = decode_label(text);
  if (fonts_->files.empty()) return static_cast<int>(characters.size()) * kBuiltInAdvance * built_in_zoom(px);
  double width = 0;
  for (const char32_t character : characters) {
    const auto [font, glyph] = fonts_->find(character);
    width += font->advance(glyph, kEm * px);
  }
  return static_cast<int>(std::ceil(width));
}

void Labels::draw(Image& image, int x, int y, int px, const std::string& text, Colour colour) const {
  const std::u32string characters = decode_label(text);
  if (fonts_->files.empty()) return draw_built_in(image, x, y, px, characters, colour);
  const int baseline = y + static_cast<int>(std::lround(kBaseline * px));
  double at = x;
  for (const char32_t character : characters) {
    const auto [font, glyph] = fonts_->find(character);
    font->draw(image, at, baseline, kEm * px, glyph, colour);
    at += font->advance(glyph, kEm * px);
  }
}

std::string Labels::word_name(const std::string& text, std::size_t index) const {
  const bool is_seen = decode_label(text).find_first_not_of(U' ') != std::u32string::npos;
  return is_seen && can_draw(text) ? text : "#" + std::to_string(index);
}

}  // namespace attnviz::render
