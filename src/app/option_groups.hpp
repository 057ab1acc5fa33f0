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
// Layer and head; the default, as the help says it.
void add_view(CLI::App& app, RawOptions& raw, const std::string& layer = "the model's own",
              const std::string& head = "the model's own");
// Where results go. `place`: the default, as the help says it.
void add_output(CLI::App& app, RunOptions& run, const std::string& place);
// What is asked of maps: how many patches are listed, whether words are compared.
void add_reading(CLI::App& app, RunOptions& run, RawOptions& raw);
// What is asked of an image: words, view, patches, and of its maps.
void add_question(CLI::App& app, RunOptions& run, RawOptions& raw);
// `scale_help`: what --scale means to the command. `lines`: the flag that draws the grid.
void add_looks(CLI::App& app, RunOptions& run, RawOptions& raw, const std::string& scale_help,
               const std::string& lines = "--grid");
// Further views, sheets, formats, what is printed: of a job on one image.
void add_results(CLI::App& app, RunOptions& run, RawOptions& raw);

// Whether an option was given to the command or, before it, to the program.
bool was_given(const CLI::App& command, const std::string& name);

std::optional<std::string> given(const std::string& text);  // nothing where it is empty

// All that the groups above filled, in its typed form. Throws Error (usage) for --formats.
void finish_run(const CLI::App& command, RunOptions& run, const RawOptions& raw);
// And what add_results filled. Throws Error (usage) for --word without --sheet.
void finish_results(RunOptions& run, const RawOptions& raw);

// Colours on standard output.
bool colour_wanted(const RawOptions& raw);

}  // namespace attnviz::app
