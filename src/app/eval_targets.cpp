#include "app/eval_targets.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "attnviz/core/error.hpp"
#include "attnviz/image/decode.hpp"

namespace attnviz::app {

analysis::Region load_region(const RegionSource& source, const PatchGrid& grid) {
  if (source.mask_path.empty()) return {grid.image_width, grid.image_height, source.boxes};
  const Image mask = image::load(source.mask_path);
  if (mask.width != grid.image_width || mask.height != grid.image_height) {
    throw Error(ErrorCode::input, source.mask_path, "is not of the image's size");
  }
  std::vector<std::uint8_t> inside(mask.rgb.size() / 3);
  for (std::size_t i = 0; i < inside.size(); ++i) inside[i] = mask.rgb[3 * i] > 127;
  return {mask.width, mask.height, inside};
}

std::optional<std::size_t> find_word(const EvalItem& item, std::size_t target_index, const Words& words) {
  const std::string& word = item.targets[target_index].word;
  std::vector<std::size_t> positions;
  for (std::size_t at = item.instruction.find(word); at != std::string::npos && !word.empty();
       at = item.instruction.find(word, at + word.size())) {
    positions.push_back(at);
  }
  std::stable_partition(positions.begin(), positions.end(), [&](std::size_t at) {
    const auto begins = [at](const Word& w) { return w.byte_begin == at; };
    const auto ends = [end = at + word.size()](const Word& w) { return w.byte_end == end; };
    return std::any_of(words.begin(), words.end(), begins) && std::any_of(words.begin(), words.end(), ends);
  });
  std::size_t nth = 0;
  for (std::size_t i = 0; i < target_index; ++i) nth += item.targets[i].word == word;
  if (positions.empty()) return std::nullopt;
  return positions[std::min(nth, positions.size() - 1)];
}

}  // namespace attnviz::app
