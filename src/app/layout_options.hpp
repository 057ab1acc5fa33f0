// Options that say where words and patches lie in attention that another program computed.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "attnviz/app/options.hpp"

namespace attnviz::app {

// What the parser fills.
struct RawLayout {
  std::string key, preset, words_at, patches_at, grid, content;
};

void add_layout(CLI::App& app, RawLayout& raw);

// Throws Error (usage) that names the option.
LayoutOptions finish_layout(const RawLayout& raw);

}  // namespace attnviz::app
