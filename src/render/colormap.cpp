#include "render/colormap.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <utility>

#include "attnviz/core/error.hpp"
#include "attnviz/render/pictures.hpp"

namespace attnviz::render {
namespace {

// Every 15th of the 256 colours, 0xRRGGBB; straight lines between them stay within 6 steps of the published tables
// (cividis: 11, at its dark end).
using Knots = std::array<std::uint32_t, 18>;
constexpr int kKnotStep = 15;

constexpr Knots kViridis{0x440154, 0x481769, 0x472a7a, 0x433d84, 0x3d4e8a, 0x355e8d, 0x2e6d8e, 0x297b8e, 0x23898e,
                         0x1f978b, 0x21a585, 0x2eb37c, 0x46c06f, 0x65cb5e, 0x89d548, 0xb0dd2f, 0xd8e219, 0xfde725};
constexpr Knots kMagma{0x000004, 0x090720, 0x1a1042, 0x311165, 0x4a1079, 0x621980, 0x792282, 0x912b81, 0xaa337d,
                       0xc23b75, 0xd9466b, 0xec5860, 0xf7725c, 0xfc8e64, 0xfeaa74, 0xfec68a, 0xfde2a3, 0xfcfdbf};
constexpr Knots kInferno{0x000004, 0x0a0722, 0x1e0c45, 0x380962, 0x510e6c, 0x69166e, 0x801f6c, 0x982766, 0xb0315b,
                         0xc63d4d, 0xd94d3d, 0xe9612b, 0xf47918, 0xfa9407, 0xfcb014, 0xf8cd37, 0xf2ea69, 0xfcffa4};
constexpr Knots kCividis{0x00224e, 0x002d68, 0x163770, 0x2e416d, 0x3f4c6c, 0x4e566c, 0x5c616e, 0x696b71, 0x767676,
                         0x838179, 0x928c78, 0xa09875, 0xafa471, 0xbfb06b, 0xcfbd62, 0xdfca57, 0xf0d846, 0xfee838};
constexpr Knots kTurbo{0x30123b, 0x3f3e9c, 0x4666dd, 0x458cfd, 0x2fb2f4, 0x1ad4d0, 0x22ebaa, 0x52fa7a, 0x8bff4b,
                       0xb7f735, 0xdbe236, 0xf5c53a, 0xfea130, 0xf9751d, 0xe84b0c, 0xce2d04, 0xa91601, 0x7a0403};

std::uint8_t to_byte(double value) { return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 1.0) * 255)); }

Colour between(const Knots& knots, int index) {
  const std::size_t knot = std::min<std::size_t>(static_cast<std::size_t>(index / kKnotStep), knots.size() - 2);
  const double part = static_cast<double>(index - static_cast<int>(knot) * kKnotStep) / kKnotStep;
  const auto channel = [&](int shift) {
    const double low = knots[knot] >> shift & 255, high = knots[knot + 1] >> shift & 255;
    return to_byte((low + part * (high - low)) / 255);
  };
  return {channel(16), channel(8), channel(0)};
}

Colour jet(int index) {
  const double x = 4 * index / 255.0;
  const auto hill = [&](double centre) { return to_byte(1.5 - std::abs(x - centre)); };
  return {hill(3), hill(2), hill(1)};
}

Colour grey(int index) {
  const auto value = static_cast<std::uint8_t>(index);
  return {value, value, value};
}

using Maker = std::function<Colour(int)>;

const std::vector<std::pair<std::string, Maker>>& makers() {
  const auto of = [](const Knots& knots) { return [&knots](int index) { return between(knots, index); }; };
  static const std::vector<std::pair<std::string, Maker>> all{
      {"viridis", of(kViridis)},
      {"magma", of(kMagma)},
      {"inferno", of(kInferno)},
      {"cividis", of(kCividis)},
      {"turbo", of(kTurbo)},
      {"jet", jet},
      {"grey", grey},
  };
  return all;
}

}  // namespace

const std::vector<std::string>& colormap_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const auto& [name, maker] : makers()) list.push_back(name);
    return list;
  }();
  return names;
}

Colour colour_at(const Colormap& map, double level) {
  constexpr double kFirst = 0.25;
  return map[static_cast<std::size_t>(std::lround((kFirst + (1 - kFirst) * level) * 255))];
}

Colormap make_colormap(const std::string& name) {
  std::string known;
  for (const auto& [candidate, maker] : makers()) {
    known += (known.empty() ? "" : ", ") + candidate;
    if (candidate != name) continue;
    Colormap map{};
    for (int i = 0; i < 256; ++i) map[static_cast<std::size_t>(i)] = maker(i);
    return map;
  }
  throw Error(ErrorCode::usage, "--colormap", "no colormap is called '" + name + "'", "one of: " + known);
}

std::string colormap_digits(const std::string& name) {
  std::string digits;
  for (const Colour& colour : make_colormap(name)) {
    char text[8];
    std::snprintf(text, sizeof text, "%02x%02x%02x", colour.r, colour.g, colour.b);
    digits += text;
  }
  return digits;
}

}  // namespace attnviz::render
