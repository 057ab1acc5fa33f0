// Several models on one data set.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "attnviz/core/printable.hpp"
#include "attnviz/report/eval_report.hpp"
#include "report/eval_json.hpp"
#include "report/numbers.hpp"
#include "report/terminal_text.hpp"

namespace attnviz::report {
namespace {

constexpr std::size_t kColumn = 9,
                      kWideColumn = 12;  // of the screen; the wide one begins a kind

struct Heading {
  const char *en, *zh;
  const char* of(Language language) const { return language == Language::zh ? zh : en; }
};

struct Kind {
  const char* name;
  Heading heading;
};
constexpr std::array<Kind, 3> kKinds{
    {{"colour", {"colour", "颜色词"}}, {"noun", {"noun", "名词"}}, {"verb", {"verb", "动词"}}}};
constexpr std::array<Heading, 3> kFigures{{{"params", "参数"}, {"ms", "毫秒"}, {"success", "成功率"}}};
constexpr std::array<Heading, 3> kScores{{{"mass", "占比"}, {"point", "命中"}, {"iou", "交并比"}}};
constexpr Heading kModel{"model", "模型"};

std::string number(const std::optional<double>& value, const char* format, std::size_t columns) {
  std::array<char, 32> text{};
  if (value) std::snprintf(text.data(), text.size(), format, *value);
  return right_aligned(value ? text.data() : "-", columns);
}

std::string headings(std::size_t name_columns, Language language) {
  std::string above(name_columns + kFigures.size() * kColumn, ' ');
  std::string text = left_aligned(kModel.of(language), name_columns);
  for (const Heading& figure : kFigures) text += right_aligned(figure.of(language), kColumn);
  for (const Kind& kind : kKinds) {
    above += right_aligned(kind.heading.of(language), kWideColumn + 2 * kColumn);
    for (const Heading& score : kScores) {
      text += right_aligned(score.of(language), &score == kScores.data() ? kWideColumn : kColumn);
    }
  }
  return above + "\n" + text + "\n";
}

std::string line(const EvalSummary& model, std::size_t name_columns) {
  std::string text = left_aligned(printable(model.model), name_columns);
  text += number(static_cast<double>(model.num_parameters) * 1e-6, "%.2f M", kColumn);
  text += number(model.ms, "%.1f", kColumn) + number(model.success.value(), "%.3f", kColumn);
  for (const Kind& kind : kKinds) {
    const auto found = model.kinds.find(kind.name);
    const KindScores scores = found == model.kinds.end() ? KindScores{} : found->second;
    text += number(scores.mass.value(), "%.3f", kWideColumn) + number(scores.pointing.value(), "%.3f", kColumn) +
            number(scores.iou.value(), "%.3f", kColumn);
  }
  return text + "\n";
}

}  // namespace

std::string to_json(const std::vector<EvalSummary>& models) {
  Json list = Json::array();
  for (const EvalSummary& model : models) {
    Json entry = eval_json(model);
    entry["params"] = model.num_parameters;
    entry["ms"] = model.ms ? round_significant(*model.ms) : Json();
    list.push_back(std::move(entry));
  }
  return as_text({{"schema", "attnviz.eval-table/1"}, {"models", std::move(list)}});
}

std::string to_text(const std::vector<EvalSummary>& models, Language language) {
  std::size_t name_columns = 8;
  for (const EvalSummary& model : models) name_columns = std::max(name_columns, model.model.size() + 2);
  std::string text = headings(name_columns, language);
  for (const EvalSummary& model : models) text += line(model, name_columns);
  return text;
}

}  // namespace attnviz::report
