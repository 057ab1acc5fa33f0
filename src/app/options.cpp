#include "attnviz/app/options.hpp"

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/layout_options.hpp"
#include "app/option_checks.hpp"
#include "app/option_groups.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/image/patchify.hpp"

namespace attnviz::app {
namespace {

constexpr long kMostSkipped = 1'000'000;

void add_main_job(CLI::App& app, RunOptions& run, RawOptions& raw) {
  app.add_option("IMAGE", run.image_path, "PNG, JPEG, BMP, PNM or WebP");
  app.add_option("INSTRUCTION", run.instruction, "what a robot is told, in Chinese or English");
  add_output(app, run, "attnviz-out/<image stem>");
  add_question(app, run, raw);
  add_looks(app, run, raw, "colours: each word on its own scale, or one shared scale");
  add_results(app, run, raw);
}

// It shares the main job's options but those of models.
CLI::App* add_render(CLI::App& app, RunOptions& run, RenderOptions& render, CommonOptions& common, RawOptions& raw,
                     RawLayout& layout) {
  CLI::App* command = app.add_subcommand("render", "attention that another program computed");
  command->add_option("IMAGE", run.image_path, "the image that it looked at")->required();
  command->add_option("--attention", render.attention_path, "its weights: .npy, .npz or .safetensors")
      ->required()
      ->type_name("FILE");
  command->add_option("--words", raw.words, "the words of the rows, separated by |")->type_name("A|B|C");
  add_layout(*command, layout);
  add_output(*command, run, "attnviz-out/<image stem>");
  add_reading(*command, run, raw);
  add_view(*command, raw, "last", "mean");
  add_looks(*command, run, raw, "colours: each word on its own scale, or one shared scale", "--grid-lines");
  add_results(*command, run, raw);
  add_common(*command, common, raw);
  command->footer(
      "Shapes: [q, k], [heads, q, k], [layers, heads, q, k], [layers, 1, heads, q, k]; float16, bfloat16, 32, 64.\n"
      "Only the rows and columns asked for are read. A part of --words-at is one word, the mean of its rows; where\n"
      "there are as many words as rows, each has its own. Weights are shown as shares of the image's.\n"
      "Presets: blip (384, stretched, CLS dropped), llava (1.5 of llava-hf: 336, centre crop; padded to a square\n"
      "instead: --content), qwen2-vl (28 px a token), pi0 (224, bars around), smolvla (512, bars left or above),\n"
      "openvla (224, stretched). --view: a part of --patches-at each, or as many columns each, in their order.\n"
      "attention.npz, which --formats npz writes, brings its words, grid and content along.\n"
      "Examples:\n  attnviz render cup.png --attention dump.npy --words \"red|cup\" --words-at 5,6 --preset blip\n"
      "  attnviz render cup.png --attention dump.npz --key 'layer_*' --words \"红色|杯子\" --words-at 600:602,602 "
      "--patches-at 5:581 --preset llava");
  return command;
}

CLI::App* add_eval(CLI::App& app, EvalOptions& eval, CommonOptions& common, RawOptions& raw, RawLayout& layout) {
  CLI::App* command = app.add_subcommand("eval", "how well words land on their regions");
  add_model(*command, common);
  command->footer(
      "--model all: a table of all models that are found by name, a line each.\n"
      "Lines with \"attention\": \"dump.npz\" and \"words\": \"a|b|c\" are scored on the attention in that file, as\n"
      "attnviz render reads it; a data set has only such lines, or none.");
  add_layout(*command, layout);
  add_common(*command, common, raw);
  add_view(*command, raw);
  command->add_option("DATASET", eval.dataset_path, "JSON lines")->required();
  command->add_option("--json", eval.json_path, "write the figures here too")->type_name("FILE");
  command->add_flag("--alone", eval.alone, "score every word as an instruction of its own");
  return command;
}

CLI::App* add_inspect(CLI::App& app, InspectOptions& inspect, CommonOptions& common, RawOptions& raw) {
  CLI::App* command = app.add_subcommand("inspect", "look into a finished report");
  add_language(*command, common, raw);
  command->add_option("REPORT", inspect.report_path, "a report.json")->required();
  command->add_option("--word", raw.word, "one word, or its number (all words)")->type_name("W");
  command->add_option("-k,--top", raw.top_k, "patches listed per word (all that the report has)")
      ->type_name("K")
      ->check(whole_number(1, image::kMaxPatches));
  const auto form = [&inspect](InspectOptions::Form chosen) { return [&inspect, chosen] { inspect.form = chosen; }; };
  CLI::Option* json = command->add_flag_callback("--json", form(InspectOptions::Form::json), "JSON, as in the report");
  command->add_flag_callback("--csv", form(InspectOptions::Form::csv), "a line a patch, for spreadsheets")
      ->excludes(json);
  command->add_flag("--no-color", raw.no_color, "no colours in the terminal (also NO_COLOR)");
  return command;
}

CLI::App* add_diff(CLI::App& app, DiffOptions& diff, CommonOptions& common, RawOptions& raw) {
  CLI::App* command = app.add_subcommand("diff", "two finished reports of one image side by side");
  add_language(*command, common, raw);
  command->add_option("A", diff.path_a, "a report.json")->required();
  command->add_option("B", diff.path_b, "another: of another model, checkpoint or setting")->required();
  command->add_option("--word", raw.word, "one word, or its number in A (all words)")->type_name("W");
  command->add_flag("--json", diff.json, "JSON, for programs");
  command->add_option("--png", diff.png_path, "draw the maps here: A, B, what was lost and gained")->type_name("FILE");
  command->add_flag("--no-color", raw.no_color, "no colours in the terminal (also NO_COLOR)");
  command->footer(
      "overlap: the share of the word's weight that lies in the same places in A and B, 1: the same map;\n"
      "best: the patch of highest weight and that weight; apart: from one to the other, and as a share of the "
      "diagonal;\n"
      "moved: how much weight lies elsewhere in B, from the mean place of what was lost to that of what was gained.\n"
      "Example:\n  attnviz diff base/report.json cross-1/report.json --png diff.png");
  return command;
}

// It shares the main job's options, also those that stand before the command.
CLI::App* add_video(CLI::App& app, RunOptions& run, VideoOptions& video, CommonOptions& common, RawOptions& raw) {
  CLI::App* command = app.add_subcommand("video", "attention over time, of a video or a folder of frames");
  command->add_option("VIDEO|FRAMES_DIR", run.image_path, "a video file, or a folder of images in natural order")
      ->required();
  command->add_option("INSTRUCTION", run.instruction, "what a robot is told, in Chinese or English")->required();
  command->add_option("--every", video.every, "only each N-th frame")
      ->type_name("N")
      ->check(whole_number(1, kMostSkipped))
      ->capture_default_str();
  add_output(*command, run, "attnviz-out/<stem of the video or folder>");
  add_model(*command, common);
  add_question(*command, run, raw);
  add_looks(*command, run, raw,
            "colours of a frame: each word on its own scale, or one for all words; each frame has its own");
  command->add_option("--word", raw.word, "only this word, or its number, at the frame's own size (a panel a word)")
      ->type_name("W");
  command->add_option("--formats", raw.formats, "files written: png, json")
      ->type_name("png,json")
      ->capture_default_str();
  add_common(*command, common, raw);
  command->footer(
      "png: attention.mp4 of a video, frames/*.png of a folder, timeline.png; json: frames.jsonl, a line a frame, and\n"
      "video.json, what all frames share. Video files need OpenCV's videoio (libopencv-videoio-dev when attnviz is\n"
      "built); a folder of frames needs nothing.\n"
      "Examples:\n  attnviz video grasp.mp4 \"拿起红色杯子\"\n  attnviz video frames/ \"pick up the red cup\" --every "
      "5");
  return command;
}

CLI::App* add_models(CLI::App& app, ModelsOptions& models) {
  CLI::App* command = app.add_subcommand("models", "what can be loaded");
  CLI::App* info = command->add_subcommand("info", "about one model");
  info->add_option("NAME", models.name, "the name of a model, or a model file")->required();
  info->callback([&models] { models.action = ModelsOptions::Action::info; });
  CLI::App* check = command->add_subcommand("check", "whether a model file is sound");
  check->add_option("PATH", models.name, "a model file")->required();
  check->callback([&models] { models.action = ModelsOptions::Action::check; });
  command->add_subcommand("list", "the models that are found by name");
  return command;
}

CLI::App* add_bench(CLI::App& app, BenchOptions& bench, CommonOptions& common, RawOptions& raw) {
  CLI::App* command = app.add_subcommand("bench", "how fast attention is on this machine");
  add_common(*command, common, raw);
  command->add_flag("--json", bench.json, "print JSON instead of the table");
  command->add_flag("--quick", bench.quick, "two small shapes, in a second");
  command->footer(
      "Times one cross-attention layer both ways it can be computed (about half a minute; keep the machine idle).\n"
      "plain: patches are projected to keys and values; folded: words are carried into patch space instead.\n"
      "ms: the best run, with head-mean weights; of peak: operations of that way a second, as a share of what\n"
      "multiply-adds alone reach here; chosen: the way the program takes. ATTNVIZ_ISA=AVX2 (SSE4, AVX3 for AVX-512,\n"
      "NEON...) forces an instruction set.\n"
      "Examples:\n  attnviz bench\n  attnviz bench --quick --threads 1 --json");
  return command;
}

// Empty unless --help or --version is asked for.
std::optional<PrintAndLeave> parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return PrintAndLeave{app.help()};  // of the command that was given
  } catch (const CLI::CallForVersion& version) {
    return PrintAndLeave{std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    rethrow_as_usage_error(error, app);
  }
  return std::nullopt;
}

// `attnviz --top 3 eval ...`: what stands before a command and means nothing to it is refused, not ignored.
void refuse_options_of_others(const CLI::App& app, const CLI::App& command) {
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    if (option->count() == 0 || command.get_option_no_throw(name) != nullptr) continue;
    throw Error(ErrorCode::usage, name, "does not go with the command '" + command.get_name() + "'",
                "see attnviz " + command.get_name() + " --help");
  }
}

RunOptions finish_main_job(const CLI::App& app, RunOptions run, const RawOptions& raw) {
  for (const char* name : {"IMAGE", "INSTRUCTION"}) {
    if (app.count(name) == 0)
      throw Error(ErrorCode::usage, name, "is missing",
                  "see attnviz --help (an instruction that is a command's name goes after --)");
  }
  finish_run(app, run, raw);
  finish_results(run, raw);
  return run;
}

}  // namespace

Command parse_command_line(int argc, const char* const* argv) {
  CLI::App app{"attnviz shows which parts of an image each word of an instruction looks at.", "attnviz"};
  app.footer(
      "Examples:\n  attnviz image.png \"拿起红色杯子\"\n  attnviz image.png \"pick up the red cup\" -o result --top 3\n"
      "Commands: attnviz video VIDEO|FRAMES_DIR INSTRUCTION, attnviz render IMAGE --attention FILE,\n"
      "attnviz inspect REPORT.json, attnviz diff A.json B.json, attnviz eval DATASET.jsonl,\n"
      "attnviz models [list|info NAME|check PATH], attnviz bench (each has --help).");
  CommonOptions common;
  RawOptions raw;
  RunOptions run;
  EvalOptions eval;
  ModelsOptions models;
  InspectOptions inspect;
  DiffOptions diff;
  BenchOptions bench;
  VideoOptions video;
  RenderOptions render;
  RawLayout layout;
  app.set_version_flag("--version", "attnviz " ATTNVIZ_VERSION);
  add_model(app, common);
  add_common(app, common, raw);
  add_main_job(app, run, raw);
  const CLI::App* eval_command = add_eval(app, eval, common, raw, layout);
  const CLI::App* render_command = add_render(app, run, render, common, raw, layout);
  const CLI::App* inspect_command = add_inspect(app, inspect, common, raw);
  const CLI::App* diff_command = add_diff(app, diff, common, raw);
  const CLI::App* video_command = add_video(app, run, video, common, raw);
  const CLI::App* models_command = add_models(app, models);
  const CLI::App* bench_command = add_bench(app, bench, common, raw);
  app.require_subcommand(0, 1);
  if (auto print = parse(app, argc, argv)) return *print;

  for (const CLI::App* command : app.get_subcommands()) refuse_options_of_others(app, *command);
  common.language = raw.language == "zh" ? report::Language::zh : report::Language::en;
  run.common = eval.common = inspect.common = diff.common = bench.common = common;
  if (models_command->parsed()) return models;
  if (inspect_command->parsed()) {
    inspect.word = given(raw.word);
    if (was_given(*inspect_command, "--top")) inspect.top_k = raw.top_k;
    inspect.colour = colour_wanted(raw);
    return inspect;
  }
  if (diff_command->parsed()) {
    diff.word = given(raw.word);
    diff.colour = colour_wanted(raw);
    return diff;
  }
  if (bench_command->parsed()) return bench;
  if (video_command->parsed()) {
    finish_run(*video_command, run, raw);
    if (run.write_html || run.write_npz) {
      throw Error(ErrorCode::usage, "--formats", "html and npz are of one image", "give png, json or both");
    }
    video.frames = std::move(run);
    return video;
  }
  if (render_command->parsed()) {
    finish_run(*render_command, run, raw);
    finish_results(run, raw);
    render.run = std::move(run);
    render.layout = finish_layout(layout);
    return render;
  }
  if (eval_command->parsed()) {
    eval.layout = finish_layout(layout);
    eval.layer = given(raw.layer);
    eval.head = given(raw.head);
    return eval;
  }
  return finish_main_job(app, run, raw);
}

}  // namespace attnviz::app
