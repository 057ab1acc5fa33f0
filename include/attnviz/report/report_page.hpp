// report.html: one self-contained page that shows every layer and head of a job. No network, no framework; what users
// wrote enters it as data and never as markup.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/core/attention_maps.hpp"
#include "attnviz/core/report.hpp"
#include "attnviz/report/terminal.hpp"

namespace attnviz::report {

// What the page takes from the pictures' room.
struct PageParts {
  struct Picture {
    std::string type;  // "image/jpeg"
    std::vector<std::uint8_t> bytes;
  };
  std::vector<Picture> pictures;                               // one a view
  std::vector<std::pair<std::string, std::string>> colormaps;  // name; 256 colours, six hexadecimal digits each
  std::string colormap, interpolation;                         // shown at first
  double alpha = 0.75;
  Language language = Language::en;
};

// Weights are float32. `maps`: one a view. Throws Error (usage),
// "--formats html", for more than 32 million weights: such a page would be of no use.
std::string to_html(const Report& report, const std::vector<AttentionMaps>& maps, const PageParts& parts);

}  // namespace attnviz::report
