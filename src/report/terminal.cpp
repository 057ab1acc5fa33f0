#include "attnviz/report/terminal.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

#include "attnviz/core/printable.hpp"
#include "report/terminal_writer.hpp"

namespace attnviz::report {
namespace {

std::string headline(const Writer& out, const Word& word, const TopPatch& best) {
  return std::string(out.say("word '", "语言token '")) + out.in(kBold, printable(word.text)) +
         out.say("' → patch ", "' → 视觉patch ") + out.in(kGreen, std::to_string(best.patch)) +
         out.say(" (weight ", " (权重: ") + fixed(best.weight, 3) + ")\n";
}

std::string top_line(const Writer& out, const std::vector<TopPatch>& top) {
  const std::string count = std::to_string(top.size());
  std::string line = out.say("  top ", "  Top ") + count + out.say(":", " patches:");
  for (const TopPatch& patch : top) line += " " + std::to_string(patch.patch) + "(" + fixed(patch.weight, 2) + ")";
  return line + "\n";
}

// How much of the image is the word's, where patches were asked.
std::string patches_line(const Writer& out, const std::vector<PatchReading>& patches, std::size_t word) {
  const auto count = std::ranges::count(patches, static_cast<int>(word), &PatchReading::word);
  const auto all = std::ranges::count_if(patches, [](const PatchReading& patch) { return patch.word >= 0; });
  const double share = all > 0 ? 100.0 * static_cast<double>(count) / static_cast<double>(all) : 0.0;
  return out.say("  first word of ", "  是 ") + std::to_string(count) + out.say(" patches (", " 个 patch 的首要词 (") +
         fixed(share, 0) + " %)\n";
}

std::string word_block(const Writer& out, const Word& word, const WordReading& reading) {
  if (reading.top.empty()) throw std::logic_error("a word without patches");
  return headline(out, word, reading.top.front()) + top_line(out, reading.top);
}

std::string target_line(const Writer& out, const Target& target) {
  const Box& box = target.box;
  return std::string(out.say("target: (", "目标: (")) + fixed(target.point.x, 0) + ", " + fixed(target.point.y, 0) +
         out.say("), box ", "), 框 ") + fixed(box.x0, 0) + "," + fixed(box.y0, 0) + "," + fixed(box.x1, 0) + "," +
         fixed(box.y1, 0) + out.say(" (score ", " (得分 ") + fixed(target.score, 2) + ")\n";
}

struct Sentence {
  const char* code;
  const char* about_word;                // follows the quoted word
  const char *before = "", *after = "";  // around the detail, where there is one
};

constexpr std::array<Sentence, 8> kWordSentences{{
    {"unknown-word", "不在模型的词表中", "，按 '", "' 理解"},
    {"nothing-here", "在图中似乎无此物", "（", " 的注意力）"},
    {"diffuse", "的注意力分散，没有重点"},
    {"heads-disagree", "的各个注意力头看向不同的地方，热图只是其平均"},
    {"sink", "的注意力落在所有词共有的 patch 上，可用 --relative 去除", "（", "）"},
    {"target-unsure", "没有确定的目标：最可能的位置得分也很低"},
    {"target-not-alone", "的目标不唯一：另有一处几乎同样可能"},
    {"right-to-left", "从右向左书写，图中改用词的序号"},
}};

constexpr const char* kNoFont = "没有能显示这些文字的字体，图中改用词的序号（请安装含有这些文字的字体";

// Empty for codes that have no Chinese sentence.
std::string chinese(const Warning& warning, const Words& words) {
  if (warning.code == "no-font") return kNoFont + (warning.detail.empty() ? "" : "，如 " + warning.detail) + "）";
  if (warning.code == "row-sum")
    return "文件中各行之和不是 1（" + warning.detail + "），图中显示的是占图像总权重的份额";
  if (warning.code == "video-ends-early") return "视频提前结束，读到的帧数：" + warning.detail;
  const auto found =
      std::ranges::find(kWordSentences, warning.code, [](const Sentence& s) { return std::string(s.code); });
  if (found == kWordSentences.end() || !warning.word || *warning.word >= words.size()) return {};
  const std::string sentence = "'" + words[*warning.word].text + "' " + found->about_word;
  return warning.detail.empty() ? sentence : sentence + found->before + warning.detail + found->after;
}

struct Stage {
  const char *en, *zh;  // padded to the same width on the screen: a Chinese character is two columns wide
  double StageTimes::*time;
};

constexpr std::array<Stage, 6> kStages{{
    {"load  ", "加载  ", &StageTimes::load},
    {"encode", "编码  ", &StageTimes::encode},
    {"attend", "注意力", &StageTimes::attend},
    {"render", "绘制  ", &StageTimes::render},
    {"write ", "写入  ", &StageTimes::write},
    {"total ", "合计  ", &StageTimes::total},
}};

}  // namespace

std::string to_text(const Report& report, const TerminalStyle& style) {
  const Writer out(style);
  std::string text;
  for (std::size_t number = 0; number < report.views.size(); ++number) {
    const ViewReading& view = report.views[number];
    if (view.readings.size() != report.words.size()) throw std::logic_error("a report has not one reading a word");
    if (number > 0) {
      text += out.say("view ", "视角 ") + std::to_string(number) + " (" + printable(view.image_path) + "):\n";
    }
    for (std::size_t i = 0; i < report.words.size(); ++i) {
      text += word_block(out, report.words[i], view.readings[i]);
      if (!view.patches.empty()) text += patches_line(out, view.patches, i);
    }
    if (number == 0 && report.target) text += target_line(out, *report.target);
  }
  return text;
}

std::string to_text(const Warning& warning, const Words& words, Language language) {
  const std::string translated = language == Language::zh ? chinese(warning, words) : "";
  return printable(translated.empty() ? warning.message : translated);
}

std::string to_text(const StageTimes& timing, Language language) {
  std::string text;
  for (const Stage& stage : kStages) {
    std::array<char, 48> line{};
    std::snprintf(line.data(), line.size(), "%s %9.1f ms\n", language == Language::zh ? stage.zh : stage.en,
                  timing.*stage.time);
    text += line.data();
  }
  return text;
}

}  // namespace attnviz::report
