// The command line as plain structs; the only room that knows CLI11.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "attnviz/core/report.hpp"
#include "attnviz/image/layouts.hpp"
#include "attnviz/render/pictures.hpp"
#include "attnviz/report/terminal.hpp"

namespace attnviz::app {

// What every command takes.
struct CommonOptions {
  std::string model = "base";
  std::size_t threads = 0;  // 0: all cores
  bool quiet = false;       // no warnings, no notices on standard error
  report::Language language = report::Language::en;
};

// attnviz [options] IMAGE INSTRUCTION
struct RunOptions {
  CommonOptions common;
  std::string image_path, instruction;
  std::vector<std::string> view_paths;     // images of further cameras
  std::string out_dir;                     // empty: attnviz-out/<image stem>
  bool force = false;                      // overwrite the results of another job
  std::optional<int> top_k;                // empty: 5, or as many as the image has
  std::optional<std::string> words;        // the user's own segmentation
  std::optional<std::string> layer, head;  // empty: the model's own choice
  bool relative = false;                   // each word's map against the mean over all words
  bool by_patch = false;                   // which word each patch belongs to, too
  std::optional<int> patches;              // patch budget; empty: the model's own
  bool shared_scale = false;
  render::Looks looks;
  bool write_png = true, write_json = true, write_html = false, write_npz = false;
  bool heads_sheet = false, layers_sheet = false;
  std::optional<std::string> word;  // of sheets and videos: the text of a word or its number; empty: all
  enum class Stdout { text, json, none } standard_output = Stdout::text;
  bool colour = false;   // ANSI colours on standard output
  bool preview = false;  // the overlays in the terminal, where standard output is one and has colours
  bool verbose = false;  // stage timings
};

// attnviz video VIDEO|FRAMES_DIR INSTRUCTION
struct VideoOptions {
  RunOptions frames;  // as the main job takes them; image_path: the video, or the folder of frames
  long every = 1;     // only each so many-th frame
};

// Rows or columns [begin, end).
struct IndexRange {
  std::size_t begin = 0, end = 0;
};

// How attention that another program computed lies in its file.
struct LayoutOptions {
  std::string key;                               // of the array; empty: the only one that fits
  std::string preset;                            // one of image::layout_names(); empty: none
  std::vector<IndexRange> words_at, patches_at;  // one a comma-separated part; empty: all rows, all columns
  std::optional<image::GridShape> grid;          // empty: the preset's, or square
  std::optional<image::ContentRect> content;     // empty: the preset's, or the image fills the input

  bool is_given() const {
    return !key.empty() || !preset.empty() || !words_at.empty() || !patches_at.empty() || grid || content;
  }
};

// attnviz render IMAGE --attention FILE
struct RenderOptions {
  RunOptions run;  // as the main job takes them; no instruction, no model
  std::string attention_path;
  LayoutOptions layout;
};

// attnviz eval DATASET.jsonl
struct EvalOptions {
  CommonOptions common;
  LayoutOptions layout;  // of items that bring their attention
  std::string dataset_path;
  std::string json_path;  // empty: no file
  bool alone = false;     // score every word as an instruction of its own
  std::optional<std::string> layer, head;
};

// attnviz inspect REPORT.json
struct InspectOptions {
  CommonOptions common;
  std::string report_path;
  std::optional<std::string> word;  // its text or number; empty: all
  std::optional<int> top_k;         // empty: all that the report lists
  enum class Form { text, json, csv } form = Form::text;
  bool colour = false;
};

// attnviz diff A.json B.json
struct DiffOptions {
  CommonOptions common;
  std::string path_a, path_b;
  std::optional<std::string> word;  // its text or its number in A; empty: all
  std::string png_path;             // empty: no sheet
  bool json = false;                // JSON instead of the text
  bool colour = false;
};

// attnviz models [list|info NAME|check PATH]
struct ModelsOptions {
  enum class Action { list, info, check } action = Action::list;
  std::string name;
};

// attnviz bench
struct BenchOptions {
  CommonOptions common;
  bool json = false;   // JSON instead of the table
  bool quick = false;  // a few small shapes only
};

// --help and --version: print and leave.
struct PrintAndLeave {
  std::string text;
};

using Command = std::variant<RunOptions, EvalOptions, InspectOptions, DiffOptions, ModelsOptions, BenchOptions,
                             VideoOptions, RenderOptions, PrintAndLeave>;

// Throws Error (usage) that names the option.
Command parse_command_line(int argc, const char* const* argv);

}  // namespace attnviz::app
