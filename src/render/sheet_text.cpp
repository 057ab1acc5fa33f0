#include "attnviz/render/sheet_text.hpp"

namespace attnviz::render {
namespace {

// The characters of all Chinese labels of this room and of app/sheets.cpp.
constexpr const char* kChineseLabels =
    "目标图像未知无此物层头平均视角前共个词每各用自己的色阶所有一相对于其下为最高权重格属块哪和越淡落在上的多，：（）"
    "熵得分时间帧秒线均值带低到";

}  // namespace

std::string sheet_text(const Report& report, const Looks& looks) {
  std::string text = report.instruction + report.model.name + report.model.signal;
  for (const Word& word : report.words) text += word.text;
  for (const ViewReading& view : report.views) text += view.image_path;
  return looks.chinese_labels ? text + kChineseLabels : text;
}

SheetLanguage::SheetLanguage(const Looks& looks, const Labels& labels)
    : chinese_(looks.chinese_labels && labels.can_draw(kChineseLabels)) {}

std::vector<std::string> facts_of(const Report& report, const PatchGrid& grid, SheetLanguage language,
                                  bool with_layer_and_head) {
  std::vector<std::string> facts{report.model.name, report.model.signal};
  if (with_layer_and_head) {
    facts.push_back(language.say("层 ", "layer ") + report.shown.layer);
    facts.push_back(language.say("头 ", "head ") + report.shown.head);
  }
  if (report.shown.relative) facts.emplace_back(language.say("相对于所有词的平均", "relative to all words"));
  facts.push_back(std::to_string(grid.cols()) + " x " + std::to_string(grid.rows()) + language.say(" 块", " patches"));
  return facts;
}

}  // namespace attnviz::render
