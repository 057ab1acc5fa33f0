#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "app/font_warning.hpp"
#include "app/frame_source.hpp"
#include "app/interrupt.hpp"
#include "app/progress.hpp"
#include "app/terminal_io.hpp"
#include "app/video_drawing.hpp"
#include "app/video_files.hpp"
#include "app/word_choice.hpp"
#include "attnviz/app/commands.hpp"
#include "attnviz/app/outputs.hpp"
#include "attnviz/app/pipeline.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/core/timing.hpp"
#include "attnviz/report/video_report.hpp"

namespace attnviz::app {
namespace {

namespace fs = std::filesystem;

constexpr double kSlowestVideo = 0.01;  // frames a second: encoders take no less
constexpr long kSkippedAtOnce = 100;    // frames between two looks at whether the job was interrupted

// A video shows one word or all of them. Error (usage): there is none of that name, or several.
std::optional<std::size_t> only_word(const Words& words, const std::optional<std::string>& choice) {
  if (!choice) return std::nullopt;
  const std::vector<std::size_t> chosen = chosen_words(words, choice);
  if (chosen.size() == 1) return chosen.front();
  std::string numbers;
  for (const std::size_t word : chosen) numbers += (numbers.empty() ? "" : ", ") + std::to_string(word);
  throw Error(ErrorCode::usage, "--word", "'" + *choice + "' is there more than once", "give its number: " + numbers);
}

report::VideoSummary begin_summary(const Report& asked, const VideoOptions& options, const FrameSource& frames) {
  report::VideoSummary summary;
  summary.source = options.frames.image_path;
  summary.instruction = asked.instruction;
  summary.model = asked.model;
  summary.shown = asked.shown;
  summary.scale = asked.scale;
  summary.every = options.every;
  if (frames.is_video()) {
    summary.frame_rate = std::max(frames.frame_rate() / static_cast<double>(options.every), kSlowestVideo);
  }
  return summary;
}

// Of the doubts about the words only those that hold for every frame: the timeline shows the others.
void add_lasting_warnings(const Report& report, std::vector<Warning>& warnings) {
  for (const Warning& warning : report.warnings) {
    if (warning.code == "unknown-word") warnings.push_back(warning);
  }
}

std::string count_frames(long num_frames, report::Language language) {
  const std::string number = std::to_string(num_frames);
  if (language == report::Language::zh) return number + " 帧";
  return number + (num_frames == 1 ? " frame" : " frames");
}

void stop_if_interrupted(const InterruptWatch& watch, const report::VideoSummary& summary, report::Language language) {
  if (watch.signal() == 0) return;
  const std::string frames = count_frames(summary.num_frames, language);
  throw Interrupted(watch.signal(), language == report::Language::zh
                                        ? "已中断：处理了 " + frames + "，没有写出任何文件"
                                        : "interrupted after " + frames + "; nothing was written");
}

struct VideoJob {
  const model::Model& model;
  const VideoOptions& options;
  FrameSource& frames;
  const Report& asked;
  std::unique_ptr<VideoDrawing> drawing;  // empty: no pictures are wanted
};

// Each frame is done with before the next one is read, so memory does not grow with the video. Frames of another size
// than the first are asked as they are; only their pictures are made to fit.
void look_at_frames(const VideoJob& job, const InterruptWatch& watch, OutputSet& outputs,
                    report::VideoSummary& summary) {
  const CommonOptions& common = job.options.frames.common;
  const long total = (job.frames.num_frames() + job.options.every - 1) / job.options.every;
  Progress progress(common.language, total, common.quiet);
  while (std::optional<Frame> frame = job.frames.next()) {
    JobResult result{{std::move(frame->image)}, job.asked, {}};
    attend(job.model, job.options.frames, result);
    frame->image = std::move(result.images.front());
    if (job.options.frames.write_json) {
      outputs.append(kFrameLines, report::frame_line({frame->number, frame->time_s, frame->path}, result.report));
    }
    if (job.drawing != nullptr) job.drawing->add(*frame, result.report);
    if (summary.num_frames++ == 0) add_lasting_warnings(result.report, summary.warnings);
    progress.step();
    stop_if_interrupted(watch, summary, common.language);
    for (long skipped = 1; skipped < job.options.every && watch.signal() == 0;) {
      const long count = std::min(job.options.every - skipped, kSkippedAtOnce);
      job.frames.skip(count);
      skipped += count;
    }
    stop_if_interrupted(watch, summary, common.language);
  }
}

void print_result(const report::VideoSummary& summary, const Words& words, const fs::path& dir, double seconds,
                  const CommonOptions& common) {
  if (common.quiet) return;
  for (const Warning& warning : summary.warnings) {
    notice("attnviz: " + report::to_text(warning, words, common.language) + "\n");
  }
  const bool chinese = common.language == report::Language::zh;
  std::array<char, 96> pace{};
  std::snprintf(pace.data(), pace.size(), chinese ? "，%.1f 秒，每秒 %.1f 帧" : " in %.1f s, %.1f a second", seconds,
                static_cast<double>(summary.num_frames) / seconds);
  std::string line = count_frames(summary.num_frames, common.language) + pace.data();
  if (!summary.codec.empty()) line += (chinese ? "；视频编码 " : "; video in ") + summary.codec;
  notice("attnviz: " + line + (chinese ? "；结果在 " : "; results in ") + one_line(dir.string()) + "\n");
}

}  // namespace

void run_video(const VideoOptions& options) {
  const RunOptions& run = options.frames;
  const Stopwatch total;
  const fs::path dir = video_output_dir(run);
  OutputSet outputs(dir);
  const std::unique_ptr<FrameSource> frames = open_frames(run.image_path);
  const std::unique_ptr<model::Model> model = model::load(run.common.model);
  const Report asked = begin_report(*model, run);
  const std::optional<std::size_t> word = only_word(asked.words, run.word);
  // Before the work, which may take hours.
  const std::vector<std::string> own = earlier_video_files(dir, run);
  outputs.check_places(video_files(*frames, run), own, run.force);

  const InterruptWatch watch;
  report::VideoSummary summary = begin_summary(asked, options, *frames);
  VideoJob job{*model, options, *frames, asked, nullptr};
  if (run.write_png) {
    job.drawing = std::make_unique<VideoDrawing>(asked, word, run, frames->is_video(),
                                                 make_picture_sink(*frames, run, summary.frame_rate, outputs));
    if (auto warning = font_warning(asked.words, job.drawing->labels())) summary.warnings.push_back(*warning);
  }
  look_at_frames(job, watch, outputs, summary);
  if (job.drawing != nullptr) {
    job.drawing->finish(outputs);
    summary.codec = job.drawing->codec();
  }
  for (Warning& warning : frames->warnings()) summary.warnings.push_back(std::move(warning));
  summary.files = outputs.names();
  if (run.write_json) outputs.add(kVideoSummary, report::to_json(summary));
  stop_if_interrupted(watch, summary, run.common.language);
  outputs.commit(own, run.force);
  print_result(summary, asked.words, dir, total.elapsed_ms() / 1000, run.common);
}

}  // namespace attnviz::app
