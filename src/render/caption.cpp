#include "render/caption.hpp"

#include <algorithm>

#include "render/sheet_layout.hpp"
#include "render/sheet_parts.hpp"

namespace attnviz::render {
namespace {

constexpr int kNamePx = SheetLayout::kCaptionPx, kDetailPx = SheetLayout::kDetailPx, kGap = SheetLayout::kDetailPx;
constexpr const char* kSpace = "   ";

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += kSpace;
    text += part;
  }
  return text;
}

}  // namespace

Caption fit_caption(const Labels& labels, const std::string& name, const std::vector<std::string>& details, int width) {
  const int wanted = std::min(labels.width(name, kNamePx), width / 2 - kGap);
  const auto room_beside = [&](const std::string& detail) { return width - labels.width(detail, kDetailPx) - kGap; };
  auto detail =
      std::ranges::find_if(details, [&](const std::string& candidate) { return room_beside(candidate) >= wanted; });
  if (detail == details.end()) --detail;
  return {fitted(labels, name, kNamePx, room_beside(*detail)), *detail};
}

Caption word_caption(const Labels& labels, SheetLanguage language, const Word& word, std::size_t index,
                     const WordReading& reading, int width) {
  constexpr double kWorthSaying = 0.3, kMostOfLine = 0.75;
  const int patch = best_patch(reading.heat);
  const std::string weight = format_weight(reading.heat[static_cast<std::size_t>(patch)]);
  const std::string unknown = word.known ? "" : language.say("未知", "unknown");
  const bool is_absent = reading.nothing.value_or(0) >= kWorthSaying;
  const std::string nothing = is_absent ? language.say("无此物 ", "nothing ") + format_weight(*reading.nothing) : "";

  std::vector<std::string> details;
  std::string whole = joined({unknown, nothing, "patch " + std::to_string(patch), weight});
  if (labels.width(whole, kDetailPx) <= kMostOfLine * width) details.push_back(std::move(whole));
  details.push_back(joined({unknown, nothing, weight}));
  if (is_absent || !word.known) {
    details.push_back(joined({unknown, nothing}));
    details.push_back(joined({word.known ? "" : "?", nothing}));
  }
  details.push_back(weight);
  return fit_caption(labels, labels.word_name(word.text, index), details, width);
}

}  // namespace attnviz::render
