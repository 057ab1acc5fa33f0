#include "attnviz/report/eval_report.hpp"

#include <array>
#include <cstdio>

#include "attnviz/core/printable.hpp"
#include "report/eval_json.hpp"
#include "report/numbers.hpp"
#include "report/terminal_text.hpp"

namespace attnviz::report {
namespace {

constexpr std::array<const char*, 4> kKinds{"colour", "noun", "verb", "all"};

Json number_or_null(const std::optional<double>& value) { return value ? round_significant(*value) : Json(); }
Json number_or_null(const Mean& mean) { return number_or_null(mean.value()); }

Json kind_json(const KindScores& scores) {
  return Json{{"n", scores.mass.count},
              {"mass", number_or_null(scores.mass)},
              {"pointing", number_or_null(scores.pointing)},
              {"iou", number_or_null(scores.iou)},
              {"chance", number_or_null(scores.chance)},
              {"centre", number_or_null(scores.centre)},
              {"control", number_or_null(scores.control)},
              {"discrimination", number_or_null(scores.discrimination)}};
}

std::string figure(const std::optional<double>& value, int width = 0) {
  char text[32];
  if (value) {
    std::snprintf(text, sizeof text, "%*.3f", width, *value);
  } else {
    std::snprintf(text, sizeof text, "%*s", width, "-");
  }
  return text;
}

// Of the targets, and of the words that name nothing.
std::string lines_below(const EvalSummary& summary, bool zh) {
  std::string text;
  if (summary.success.count > 0) {
    char line[96];
    std::snprintf(line, sizeof line, "%zu%s%.3f%s%.3f\n", summary.success.count,
                  zh ? " 个目标点，命中率 " : " goals, success ", *summary.success.value(),
                  zh ? "，随机 " : ", chance ", summary.success_chance.value().value_or(0));
    text += line;
  }
  if (summary.nothing.auc) {
    const Separation& nothing = summary.nothing;
    text += std::to_string(nothing.count) +
            (zh ? " 对名词，“无此物”区分图中有无，AUC "
                : " pairs of nouns, present and absent told apart by \"nothing here\": AUC ") +
            figure(nothing.auc) + (zh ? "；警告的精确率 " : "; its warning: precision ") + figure(nothing.precision) +
            (zh ? "，召回率 " : ", recall ") + figure(nothing.recall) + "\n";
  }
  return text;
}

}  // namespace

Json eval_json(const EvalSummary& summary) {
  Json kinds = Json::object();
  for (const char* kind : kKinds) {
    const auto scores = summary.kinds.find(kind);
    if (scores != summary.kinds.end()) kinds[kind] = kind_json(scores->second);
  }
  Json skipped = Json::array();
  for (const SkippedItem& item : summary.skipped) skipped.push_back({{"id", item.id}, {"reason", item.reason}});
  return Json{{"schema", "attnviz.eval/1"},
              {"model", summary.model},
              {"alone", summary.alone},
              {"kinds", std::move(kinds)},
              {"success",
               {{"n", summary.success.count},
                {"rate", number_or_null(summary.success)},
                {"chance", number_or_null(summary.success_chance)}}},
              {"nothing",
               {{"n", summary.nothing.count},
                {"auc", number_or_null(summary.nothing.auc)},
                {"precision", number_or_null(summary.nothing.precision)},
                {"recall", number_or_null(summary.nothing.recall)}}},
              {"skipped", std::move(skipped)}};
}

std::string as_text(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_json(const EvalSummary& summary) { return as_text(eval_json(summary)); }

std::string to_text(const EvalSummary& summary, Language language) {
  const bool zh = language == Language::zh;
  std::string text = (zh ? "模型 " : "model ") + printable(summary.model) +
                     (summary.alone ? (zh ? "，单词单独评测" : ", every word alone") : "") + "\n";
  text += left_aligned(zh ? "类别" : "kind", 8) +
          "     n       mass   pointing        iou     chance     centre    control  discrimin.\n";
  for (const char* kind : kKinds) {
    const auto found = summary.kinds.find(kind);
    if (found == summary.kinds.end()) continue;
    const KindScores& scores = found->second;
    char count[16];
    std::snprintf(count, sizeof count, "%6zu", scores.mass.count);
    text += left_aligned(kind, 8) + count;
    for (const Mean* mean : {&scores.mass, &scores.pointing, &scores.iou, &scores.chance, &scores.centre,
                             &scores.control, &scores.discrimination}) {
      text += figure(mean->value(), 11);
    }
    text += "\n";
  }
  text += lines_below(summary, zh);
  for (const SkippedItem& item : summary.skipped) {
    text += (zh ? "跳过 " : "skipped ") + printable(item.id + ": " + item.reason) + "\n";
  }
  return text;
}

}  // namespace attnviz::report
