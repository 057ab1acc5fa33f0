// Attention that another program computed, as the maps of a job.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attnviz/app/options.hpp"
#include "attnviz/core/attention_maps.hpp"
#include "attnviz/core/image.hpp"
#include "attnviz/core/report.hpp"

namespace attnviz::app {

struct ImportRequest {
  std::string path;
  LayoutOptions layout;
  std::optional<std::string> words;  // "拿起|红色|杯子"; empty: those in the file (an attention.npz of attnviz)
};

// Fills the report's instruction, words, model, warnings and its views' grids, and returns the maps, one an image; the
// views are there already, one an image. A word's weights are as the file has them, without padding: heads keep
// their shares of a mean, and only what is read out of the maps is scaled to sum to 1 over the patches.
// Throws Error (usage): words, rows, columns, grid and images that do not fit together, with all counts; Error (input):
// a file that cannot be read, or weights that are none, among them rows that give nothing to the image.
std::vector<AttentionMaps> import_attention(const ImportRequest& request, const std::vector<Image>& images,
                                            Report& report);

}  // namespace attnviz::app
