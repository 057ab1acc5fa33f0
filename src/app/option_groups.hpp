// Options that several commands take, in groups, and how they become the typed options.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/app/options.hpp"

namespace attnviz::app {

// The user's language: of messages, from the locale, as other programs find it.
std::string locale_language();

// What the parser fills before it becomes the typed options.
struct RawOptions {
  std::string language = locale_language();
  std::string interpolation = "cubic", scale = "word", direction = "words", standard_output = "text",
              formats = "png,json";
  std::string layer, head, words, word;
  std::vector<std::string> sheets;
  int patches = 0, top_k = 5;
  bool no_color = false;
};

void add_model(CLI::App& app, CommonOptions& options);
void add_language(CLI::App& app, CommonOptions& options, RawOptions& raw);  // and --quiet
void add_common(CLI::App& app, CommonOptions& options, RawOptions& raw);    // language and threads
void add_view(CLI::App& app, RawOptions& raw);                              // layer and head
// Where results go. `place`: the default, as the help says it.
void add_output(CLI::App& app, RunOptions& run, const std::string& place);
// What is asked of an image: words, view, patches.
void add_question(CLI::App& app, RunOptions& run, RawOptions& raw);
// `scale_help`: what --scale means to the command.
void add_looks(CLI::App& app, RunOptions& run, RawOptions& raw, const std::string& scale_help);

// Whether an option was given to the command or, before it, to the program.
bool was_given(const CLI::App& command, const std::string& name);

std::optional<std::string> given(const std::string& text);  // nothing where it is empty

// All that the groups above filled, in its typed form. Throws Error (usage) for --formats.
void finish_run(const CLI::App& command, RunOptions& run, const RawOptions& raw);

}  // namespace attnviz::app
