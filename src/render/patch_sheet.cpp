#include "attnviz/render/patch_sheet.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "attnviz/core/parallel.hpp"
#include "attnviz/render/sheet_text.hpp"
#include "render/canvas.hpp"
#include "render/sheet_parts.hpp"
#include "render/upsampler.hpp"

namespace attnviz::render {
namespace {

constexpr std::size_t kRowsPerPart = 16;
constexpr int kMargin = kHeadingMargin, kGap = 24, kLinePx = 19, kLineHeight = 30, kSwatch = 16;
constexpr int kLegendWidth = 260, kLongestSide = 720;
constexpr int kColumnGap = 32;
constexpr unsigned kUnseen = 128;  // how much black lies over what no patch sees: as on overlays

// One word's weights at pixels.
struct WordLayer {
  Upsampler weights;
  float to_image = 1;  // what it does not give to "nothing here"
  float highest = 0;   // weight
};

std::vector<WordLayer> layers_of(const ViewReading& view, Interpolation interpolation) {
  std::vector<WordLayer> layers;
  for (const WordReading& reading : view.readings) {
    layers.push_back({Upsampler(reading.heat, view.grid, interpolation),
                      static_cast<float>(1 - reading.nothing.value_or(0)), *std::ranges::max_element(reading.heat)});
  }
  return layers;
}

// The layer that wins each pixel of row `y` and its level there, 0..1: [image_width] each.
class RowWinners {
public:
  explicit RowWinners(std::size_t width) : row_(width), best_(width), layer_(width) {}

  void find(const std::vector<WordLayer>& layers, int y) {
    std::ranges::fill(best_, 0.0F);
    for (std::size_t i = 0; i < layers.size(); ++i) {
      layers[i].weights.row(y, row_);
      for (std::size_t x = 0; x < row_.size(); ++x) {
        const float weight = layers[i].to_image * row_[x];
        if (weight <= best_[x]) continue;
        best_[x] = weight;
        layer_[x] = i;
      }
    }
  }
  std::size_t layer(std::size_t x) const { return layer_[x]; }
  // The winner's weight beside its highest, as read_patches' strength without the share that goes to the image.
  double level(const std::vector<WordLayer>& layers, std::size_t x) const {
    const WordLayer& layer = layers[layer_[x]];
    return best_[x] > 0 ? std::min(1.0F, best_[x] / (layer.to_image * layer.highest)) : 0.0;
  }

private:
  std::vector<float> row_, best_;
  std::vector<std::size_t> layer_;
};

// Hue in turns, lightness and saturation 0..1.
Colour from_hsl(double hue, double saturation, double lightness) {
  const double chroma = (1 - std::abs(2 * lightness - 1)) * saturation;
  const auto channel = [&](double offset) {
    const double at = std::fmod(hue * 6 + offset, 6);
    const double level = std::clamp(std::abs(at - 3) - 1, 0.0, 1.0);
    return static_cast<std::uint8_t>(std::lround(255 * (lightness + chroma * (level - 0.5))));
  };
  return {channel(0), channel(4), channel(2)};
}

// One column after the other.
struct Legend {
  int num_words = 0, rows = 0, columns = 1;
  int width() const { return columns * (kLegendWidth + kColumnGap) - kColumnGap; }
};

// As high as the picture, but not so low that many words would need many columns.
Legend plan_legend(std::size_t num_words, int picture_height) {
  constexpr int kLeastRows = 16;
  Legend legend{static_cast<int>(num_words)};
  const int most_rows = std::max(kLeastRows, picture_height / kLineHeight);
  legend.columns = std::max(1, (legend.num_words + most_rows - 1) / most_rows);
  legend.rows = (legend.num_words + legend.columns - 1) / legend.columns;
  return legend;
}

// The sheet's section of one view: its picture on the left, the legend on the right.
class Section {
public:
  Section(const Report& report, const ViewReading& view, const Looks& looks, const Labels& labels)
      : report_(report), view_(view), looks_(looks), labels_(labels) {}

  Image draw(const Image& image, const Heading& heading) const {
    const double scale = static_cast<double>(kLongestSide) / std::max(image.width, image.height);
    const Size size = scaled(image.width, image.height, scale);
    const Legend legend = plan_legend(std::min(report_.words.size(), kMostWords), size.height);
    const int width = std::max(kLeastSheetWidth, kMargin + size.width + kGap + legend.width() + kMargin);
    const std::size_t heading_lines = facts_lines(labels_, heading.facts, width).size();
    const int top = kMargin + heading_height(heading_lines) + kGap;
    Image sheet(width, top + std::max(size.height, legend.rows * kLineHeight) + kMargin);
    fill(sheet, {0, 0, sheet.width, sheet.height}, kPaper);
    draw_heading(sheet, heading, labels_, heading_lines);
    const SizedImage small = at_size(image, view_.grid, size.width, size.height);
    ViewReading of_small = view_;
    of_small.grid = small.grid;
    paste(sheet, kMargin, top, patch_picture(small.image, of_small, looks_));
    for (int word = 0; word < legend.num_words; ++word) {
      const int x = kMargin + size.width + kGap + word / legend.rows * (kLegendWidth + kColumnGap);
      draw_line(sheet, x, top + word % legend.rows * kLineHeight, static_cast<std::size_t>(word));
    }
    return sheet;
  }

private:
  void draw_line(Image& sheet, int x, int y, std::size_t word) const {
    const auto count = std::ranges::count(view_.patches, static_cast<int>(word), &PatchReading::word);
    const std::string number = std::to_string(count);
    fill(sheet, {x, y + 2, kSwatch, kSwatch}, word_colour(word));
    const int end = x + kLegendWidth - labels_.width(number, kLinePx), begin = x + kSwatch + 10;
    const std::string name = labels_.word_name(report_.words[word].text, word);
    labels_.draw(sheet, begin, y, kLinePx, fitted(labels_, name, kLinePx, end - begin - 10),
                 count == 0 ? kFaintInk : kInk);
    labels_.draw(sheet, end, y, kLinePx, number, kFaintInk);
  }

  const Report& report_;
  const ViewReading& view_;
  const Looks& looks_;
  const Labels& labels_;
};

}  // namespace

Colour word_colour(std::size_t index) {
  constexpr std::array<Colour, 7> kOkabeIto{{{0xE6, 0x9F, 0x00},
                                             {0x56, 0xB4, 0xE9},
                                             {0xD5, 0x5E, 0x00},
                                             {0x00, 0x9E, 0x73},
                                             {0xCC, 0x79, 0xA7},
                                             {0xF0, 0xE4, 0x42},
                                             {0x00, 0x72, 0xB2}}};
  if (index < kOkabeIto.size()) return kOkabeIto[index];
  constexpr double kGoldenAngle = 0.381966;  // of a turn: neighbours lie far apart, and no hue comes twice soon
  const double hue = std::fmod(0.1 + static_cast<double>(index) * kGoldenAngle, 1.0);  // the first: violet
  return from_hsl(hue, 0.65, index % 2 == 0 ? 0.42 : 0.66);
}

Image patch_picture(const Image& image, const ViewReading& view, const Looks& looks) {
  Image result = pale(image);
  const std::vector<WordLayer> layers = layers_of(view, looks.interpolation);
  const auto width = static_cast<std::size_t>(image.width), height = static_cast<std::size_t>(image.height);
  parallel_for((height + kRowsPerPart - 1) / kRowsPerPart, [&](std::size_t part) {
    RowWinners winners(width);
    for (std::size_t y = part * kRowsPerPart; y < std::min(height, (part + 1) * kRowsPerPart); ++y) {
      winners.find(layers, static_cast<int>(y));
      for (std::size_t x = 0; x < width; ++x) {
        if (!layers.front().weights.sees(static_cast<int>(x), static_cast<int>(y))) {
          blend_pixel(result, static_cast<int>(x), static_cast<int>(y), {}, kUnseen);
          continue;
        }
        const double cover = opacity(winners.level(layers, x), looks.alpha * layers[winners.layer(x)].to_image);
        blend_pixel(result, static_cast<int>(x), static_cast<int>(y), word_colour(winners.layer(x)),
                    static_cast<unsigned>(std::lround(255 * cover)));
      }
    }
  });
  return result;
}

Image patch_sheet(const std::vector<Image>& images, const Report& report, const Looks& looks, const Labels& labels) {
  if (images.size() != report.views.size()) throw std::logic_error("an image a view is needed");
  const SheetLanguage language(looks, labels);
  std::vector<Image> sections;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const ViewReading& view = report.views[i];
    Heading heading{report.instruction, facts_of(report, view.grid, language)};
    heading.facts.emplace_back(language.say("每块属于哪个词", "which word each patch belongs to"));
    if (i > 0) heading = {language.say("视角 ", "view ") + std::to_string(i), {view.image_path}};
    sections.push_back(Section(report, view, looks, labels).draw(images[i], heading));
  }
  return stacked(std::move(sections));
}

}  // namespace attnviz::render
