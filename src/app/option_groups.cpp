#include "app/option_groups.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>

#include "app/option_checks.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/image/patchify.hpp"

namespace attnviz::app {
namespace {

constexpr int kMostViews = 16;  // the overview grows with views times words
constexpr int kMaxThreads = 1024;

void finish_formats(RunOptions& run, const std::string& formats) {
  run.write_png = run.write_json = false;
  const std::map<std::string, bool*> known{
      {"png", &run.write_png}, {"json", &run.write_json}, {"html", &run.write_html}, {"npz", &run.write_npz}};
  std::istringstream list(formats);
  for (std::string name; std::getline(list, name, ',');) {
    const auto found = known.find(name);
    if (found == known.end()) {
      throw Error(ErrorCode::usage, "--formats", "'" + name + "' is none of png, json, html, npz",
                  "see attnviz --help");
    }
    *found->second = true;
  }
  if (!run.write_png && !run.write_json && !run.write_html && !run.write_npz) {
    throw Error(ErrorCode::usage, "--formats", "is empty", "give png, json, html, npz or several");
  }
}

}  // namespace

std::string locale_language() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return std::string(value).starts_with("zh") ? "zh" : "en";
  }
  return "en";
}

void add_model(CLI::App& app, CommonOptions& options) {
  app.add_option("-m,--model", options.model, "the name of a model, or a model file")
      ->type_name("NAME|PATH")
      ->capture_default_str();
}

void add_language(CLI::App& app, CommonOptions& options, RawOptions& raw) {
  app.add_option("--lang", raw.language, "language of messages and labels")
      ->check(one_of({"zh", "en"}))
      ->type_name("zh|en")
      ->capture_default_str();
  app.add_flag("--quiet", options.quiet, "no warnings on standard error");
}

void add_common(CLI::App& app, CommonOptions& options, RawOptions& raw) {
  app.add_option("--threads", options.threads, "threads; 0: all cores")
      ->type_name("N")
      ->check(whole_number(0, kMaxThreads));
  add_language(app, options, raw);
}

void add_view(CLI::App& app, RawOptions& raw, const std::string& layer, const std::string& head) {
  app.add_option("--layer", raw.layer, "which layer is shown: N, last, mean, rollout (" + layer + ")")
      ->type_name("N|last|mean|rollout");
  app.add_option("--head", raw.head, "which head is shown: N, mean, max (" + head + ")")->type_name("N|mean|max");
}

void add_output(CLI::App& app, RunOptions& run, const std::string& place) {
  app.add_option("-o,--out", run.out_dir, "output folder (" + place + ")")->type_name("DIR");
  app.add_flag("--force", run.force, "overwrite the results of another job");
}

void add_reading(CLI::App& app, RunOptions& run, RawOptions& raw) {
  app.add_option("-k,--top", raw.top_k, "patches listed per word")
      ->type_name("K")
      ->check(whole_number(1, image::kMaxPatches))
      ->capture_default_str();
  app.add_flag("--relative", run.relative, "each word's map against the mean over all words");
}

void add_question(CLI::App& app, RunOptions& run, RawOptions& raw) {
  add_reading(app, run, raw);
  app.add_option("--words", raw.words, "your own segmentation, words separated by |")->type_name("A|B|C");
  add_view(app, raw);
  app.add_option("--patches", raw.patches, "patch budget (the model's own)")
      ->type_name("N")
      ->check(whole_number(image::kMinPatches, image::kMaxPatches));
}

void add_results(CLI::App& app, RunOptions& run, RawOptions& raw) {
  app.add_option("--view", run.view_paths, "the image of a further camera, attended on its own; repeatable")
      ->allow_extra_args(false)
      ->expected(1, kMostViews)
      ->option_text("IMAGE");
  app.add_option("--direction", raw.direction, "which side asks; patches: also which word each patch belongs to")
      ->check(one_of({"words", "patches"}))
      ->type_name("words|patches")
      ->capture_default_str();
  app.add_option("--sheet", raw.sheets, "small maps: heads (of a word, layers by heads), layers (words by layers)")
      ->check(one_of({"heads", "layers"}))
      ->allow_extra_args(false)
      ->delimiter(',')
      ->option_text("heads,layers");
  app.add_option("--word", raw.word, "the word that --sheet is of, or its number (all words)")->type_name("W");
  app.add_option("--formats", raw.formats, "files written: png, json, html (a page to explore), npz (the weights)")
      ->type_name("png,json,html,npz")
      ->capture_default_str();
  app.add_option("--stdout", raw.standard_output, "what is printed")
      ->check(one_of({"text", "json", "none"}))
      ->type_name("text|json|none")
      ->capture_default_str();
  app.add_flag("--preview", run.preview, "the maps in the terminal, in colours");
  app.add_flag("--no-color", raw.no_color, "no colours in the terminal (also NO_COLOR)");
  app.add_flag("--verbose", run.verbose, "stage timings on standard error");
}

void add_looks(CLI::App& app, RunOptions& run, RawOptions& raw, const std::string& scale_help,
               const std::string& lines) {
  app.add_option("--scale", raw.scale, scale_help)
      ->check(one_of({"word", "shared"}))
      ->type_name("word|shared")
      ->capture_default_str();
  app.add_option("--colormap", run.looks.colormap,
                 "colours of the maps: viridis, magma, inferno, cividis, turbo, jet, grey")
      ->check(one_of(render::colormap_names()))
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--alpha", run.looks.alpha, "opacity of the highest weight")
      ->type_name("0..1")
      ->check(number(0, 1))
      ->capture_default_str();
  app.add_option("--interp", raw.interpolation, "between patch centres")
      ->check(one_of({"nearest", "linear", "cubic"}))
      ->type_name("nearest|linear|cubic")
      ->capture_default_str();
  app.add_flag(lines, run.looks.grid, "lines between patches");
  app.add_flag("--contour", run.looks.contour, "a line around what has at least half of the highest weight");
  app.add_flag("--boxes", run.looks.boxes, "the top patches framed, with their ranks where there is room");
}

bool was_given(const CLI::App& command, const std::string& name) {
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent()) {
    const CLI::Option* option = app->get_option_no_throw(name);
    if (option != nullptr && option->count() > 0) return true;
  }
  return false;
}

std::optional<std::string> given(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

void finish_run(const CLI::App& command, RunOptions& run, const RawOptions& raw) {
  if (was_given(command, "--words")) run.words = raw.words;
  if (was_given(command, "--top")) run.top_k = raw.top_k;
  run.layer = given(raw.layer);
  run.head = given(raw.head);
  if (raw.patches != 0) run.patches = raw.patches;
  run.word = given(raw.word);
  run.looks.chinese_labels = run.common.language == report::Language::zh;
  run.shared_scale = raw.scale == "shared";
  run.looks.interpolation = raw.interpolation == "nearest"  ? render::Interpolation::nearest
                            : raw.interpolation == "linear" ? render::Interpolation::linear
                                                            : render::Interpolation::cubic;
  finish_formats(run, raw.formats);
}

void finish_results(RunOptions& run, const RawOptions& raw) {
  run.by_patch = raw.direction == "patches";
  run.heads_sheet = std::ranges::count(raw.sheets, "heads") > 0;
  run.layers_sheet = std::ranges::count(raw.sheets, "layers") > 0;
  if (run.word && raw.sheets.empty()) throw Error(ErrorCode::usage, "--word", "is for --sheet", "add --sheet heads");
  run.standard_output = raw.standard_output == "json"   ? RunOptions::Stdout::json
                        : raw.standard_output == "none" ? RunOptions::Stdout::none
                                                        : RunOptions::Stdout::text;
  run.colour = colour_wanted(raw);
}

bool colour_wanted(const RawOptions& raw) {
  const char* no_color = std::getenv("NO_COLOR");
  return !raw.no_color && (no_color == nullptr || *no_color == '\0') && ::isatty(STDOUT_FILENO) == 1;
}

}  // namespace attnviz::app
