// Which columns of a dump are patches of which image, and where those lie in it.
#pragma once

#include <string>
#include <vector>

#include "attnviz/app/options.hpp"
#include "attnviz/arrays/attention_dump.hpp"
#include "attnviz/core/image.hpp"
#include "attnviz/core/patch_grid.hpp"

namespace attnviz::app {

// The indices of ranges, in their order. Error (usage), where = `option`, for one beyond `count`; `what`: rows,
// columns.
arrays::Indices indices_of(const std::vector<IndexRange>& ranges, std::size_t count, const std::string& option,
                           const std::string& what);

struct ViewColumns {
  arrays::Indices columns;
  PatchGrid grid;
};

// One an image. A part of --patches-at each, where there are as many; else so many columns each as it has patches.
// `num_columns`: of the dump. Error (usage) that names both counts and what to give.
std::vector<ViewColumns> assign_columns(const LayoutOptions& layout, const std::vector<Image>& images,
                                        std::size_t num_columns);

}  // namespace attnviz::app
