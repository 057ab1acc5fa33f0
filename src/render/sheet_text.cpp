#include "attnviz/render/sheet_text.hpp"

namespace attnviz::render {
namespace {

// The characters of all Chinese labels of this room and of app/sheets.cpp.
constexpr const char* kChineseLabels =
    "目标图像未知无此物层头平均视角前共个词每各用自己的色阶所有一相对于其下为最高权重格属块哪，：（）"
    "熵得分时间帧秒线均值带低到";

}  // namespace

std::string sheet_text(const Report& report, const Looks& looks) {
  std::string text = report.instruction;
  for (const Word& word : report.words) text += word.text;
  for (const ViewReading& view : report.views) text += view.image_path;
  return looks.chinese_labels ? text + kChineseLabels : text;
}

SheetLanguage::SheetLanguage(const Looks& looks, const Labels& labels)
    : chinese_(looks.chinese_labels && labels.can_draw(kChineseLabels)) {}

std::string facts_text(const Report& report, const PatchGrid& grid, SheetLanguage language, bool with_layer_and_head) {
  constexpr const char* kSpace = "    ";
  std::string text = report.model.name + kSpace + report.model.signal + kSpace;
  if (with_layer_and_head) {
    text += language.say("层 ", "layer ") + report.shown.layer + kSpace + language.say("头 ", "head ") +
            report.shown.head + kSpace;
  }
  if (report.shown.relative) text += std::string(language.say("相对于所有词的平均", "relative to all words")) + kSpace;
  return text + std::to_string(grid.cols()) + " x " + std::to_string(grid.rows()) + language.say(" 块", " patches");
}

}  // namespace attnviz::render
