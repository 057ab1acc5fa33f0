// What people read in the terminal, to the letter.
#include <doctest/doctest.h>

#include <string>

#include "attnviz/report/terminal.hpp"
#include "support/sample_report.hpp"

using attnviz::Report;
using attnviz::Warning;
using attnviz::report::Language;
using attnviz::report::to_text;
using attnviz::test::sample_report;

TEST_CASE("the summary in English") {
  CHECK(to_text(sample_report(), {Language::en}) ==
        "word '拿起' → patch 20 (weight 0.803)\n"
        "  top 2: 20(0.80) 3(0.07)\n"
        "word '红色' → patch 17 (weight 1.000)\n"
        "  top 1: 17(1.00)\n"
        "word 'cups' → patch 0 (weight 0.000)\n"
        "  top 1: 0(0.00)\n"
        "target: (16, 48), box 1,2,30,64 (score 0.83)\n");
}

TEST_CASE("the summary in Chinese") {
  CHECK(to_text(sample_report(), {Language::zh}) ==
        "语言token '拿起' → 视觉patch 20 (权重: 0.803)\n"
        "  Top 2 patches: 20(0.80) 3(0.07)\n"
        "语言token '红色' → 视觉patch 17 (权重: 1.000)\n"
        "  Top 1 patches: 17(1.00)\n"
        "语言token 'cups' → 视觉patch 0 (权重: 0.000)\n"
        "  Top 1 patches: 0(0.00)\n"
        "目标: (16, 48), 框 1,2,30,64 (得分 0.83)\n");
}

TEST_CASE("no target") {
  Report report = sample_report();
  report.target.reset();
  report.words = {report.words[2]};
  report.main_view().readings = {report.main_view().readings[0]};
  CHECK(to_text(report, {Language::en}) ==
        "word 'cups' → patch 20 (weight 0.803)\n"
        "  top 2: 20(0.80) 3(0.07)\n");
}

TEST_CASE("colours only where asked for, and they change nothing else") {
  const std::string plain = to_text(sample_report(), {Language::en, false});
  std::string coloured = to_text(sample_report(), {Language::en, true});
  CHECK(plain.find('\x1b') == std::string::npos);
  CHECK(coloured.starts_with("word '\x1b[1m拿起\x1b[0m' → patch \x1b[32m20\x1b[0m (weight 0.803)\n"));
  for (std::size_t at = coloured.find('\x1b'); at != std::string::npos; at = coloured.find('\x1b')) {
    coloured.erase(at, coloured.find('m', at) - at + 1);
  }
  CHECK(coloured == plain);
}

TEST_CASE("words cannot steer the terminal") {
  Report report = sample_report();
  report.words[0].text =
      "a\x1b[31m\n\xC2\x9B"
      "b\u00A0";
  CHECK(to_text(report, {Language::en}).starts_with("word 'a?[31m??b\u00A0' → patch"));
}

TEST_CASE("a report whose parts do not fit is a mistake of the program") {
  Report report = sample_report();
  report.main_view().readings[1].top.clear();
  CHECK_THROWS_AS(to_text(report, {}), std::logic_error);
  report.main_view().readings.pop_back();
  CHECK_THROWS_AS(to_text(report, {}), std::logic_error);
}

TEST_CASE("warnings") {
  const attnviz::Words words = sample_report().words;
  CHECK(to_text(Warning{"diffuse", "'red' has no focus", 0, ""}, words, Language::en) == "'red' has no focus");
  CHECK(to_text(Warning{"unknown-word", "x", 2, ""}, words, Language::zh) == "'cups' 不在模型的词表中");
  CHECK(to_text(Warning{"unknown-word", "x", 2, "cup"}, words, Language::zh) ==
        "'cups' 不在模型的词表中，按 'cup' 理解");
  CHECK(to_text(Warning{"nothing-here", "x", 1, "83 %"}, words, Language::zh) ==
        "'红色' 在图中似乎无此物（83 % 的注意力）");
  CHECK(to_text(Warning{"nothing-here", "x", 1, ""}, words, Language::zh) == "'红色' 在图中似乎无此物");
  CHECK(to_text(Warning{"diffuse", "x", 0, ""}, words, Language::zh) == "'拿起' 的注意力分散，没有重点");
  CHECK(to_text(Warning{"heads-disagree", "x", 1, ""}, words, Language::zh).starts_with("'红色' 的各个注意力头"));
  CHECK(to_text(Warning{"target-unsure", "x", 0, ""}, words, Language::zh).starts_with("'拿起' 没有确定的目标"));
  CHECK(to_text(Warning{"target-not-alone", "x", 0, ""}, words, Language::zh).starts_with("'拿起' 的目标不唯一"));
  CHECK(to_text(Warning{"no-font", "x", {}, ""}, words, Language::zh).starts_with("没有能显示这些文字的字体"));
  CHECK(to_text(Warning{"diffuse", "of no word", {}, ""}, words, Language::zh) == "of no word");
  CHECK(to_text(Warning{"new-code", "a\nb", 0, ""}, words, Language::zh) == "a?b");
}

TEST_CASE("stage times") {
  const attnviz::StageTimes times{1.25, 20, 3.06, 4, 5, 12345.6};
  CHECK(to_text(times, Language::en) ==
        "load         1.2 ms\n"
        "encode      20.0 ms\n"
        "attend       3.1 ms\n"
        "render       4.0 ms\n"
        "write        5.0 ms\n"
        "total    12345.6 ms\n");
  CHECK(to_text(times, Language::zh).starts_with("加载         1.2 ms\n编码        20.0 ms\n注意力       3.1 ms\n"));
}
