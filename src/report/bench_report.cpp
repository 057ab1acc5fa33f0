#include "attnviz/report/bench_report.hpp"

#include <array>
#include <cstdio>

#include "attnviz/core/printable.hpp"
#include "report/json_writer.hpp"
#include "report/numbers.hpp"
#include "report/terminal_text.hpp"

namespace attnviz::report {
namespace {

Json case_json(const BenchCase& shape, const char* path, const BenchTiming& timing, double peak_gflops,
               bool is_chosen) {
  return {{"num_words", shape.num_words},
          {"num_patches", shape.num_patches},
          {"model_dim", shape.model_dim},
          {"num_heads", shape.num_heads},
          {"path", path},
          {"ms", round_significant(timing.ms)},
          {"gflops", round_significant(timing.gflops)},
          {"share_of_peak", round_significant(timing.gflops / peak_gflops)},
          {"chosen", is_chosen}};
}

struct Heading {
  const char *en, *zh;
  std::size_t columns;
};

constexpr std::array<Heading, 4> kShape{
    {{"words", "词数", 5}, {"patches", "图块", 8}, {"dim", "宽度", 6}, {"heads", "头数", 6}}};
constexpr std::array<Heading, 3> kTiming{{{"ms", "毫秒", 12}, {"GFLOP/s", "GFLOP/s", 9}, {"of peak", "占峰值", 9}}};
constexpr Heading kPlain{"plain", "直接", 30}, kFolded{"folded", "折叠", 30};
constexpr Heading kChosen{"chosen", "所选", 9};
constexpr std::size_t kShapeColumns = 25;  // all of kShape

std::string heading(const Heading& heading, Language language) {
  return right_aligned(language == Language::zh ? heading.zh : heading.en, heading.columns);
}

std::string headings(Language language) {
  std::string text = std::string(kShapeColumns, ' ');
  for (const Heading* path : {&kPlain, &kFolded}) text += heading(*path, language);
  text += "\n";
  for (const Heading& column : kShape) text += heading(column, language);
  for (int path = 0; path < 2; ++path) {
    for (const Heading& column : kTiming) text += heading(column, language);
  }
  return text + heading(kChosen, language) + "\n";
}

std::string cells(const BenchTiming& timing, double peak_gflops) {
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%12.3f%9.1f%8.0f%%", timing.ms, timing.gflops,
                timing.gflops / peak_gflops * 100);
  return text.data();
}

std::string line(const BenchCase& shape, double peak_gflops, Language language) {
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%5zu%8zu%6zu%6zu", shape.num_words, shape.num_patches, shape.model_dim,
                shape.num_heads);
  const Heading& path = shape.folded_is_chosen ? kFolded : kPlain;
  const std::string chosen = right_aligned(language == Language::zh ? path.zh : path.en, kChosen.columns);
  return text.data() + cells(shape.plain, peak_gflops) + cells(shape.folded, peak_gflops) + chosen + "\n";
}

std::string about(const BenchSummary& summary, Language language) {
  const bool zh = language == Language::zh;
  std::array<char, 160> text{};
  std::snprintf(
      text.data(), text.size(),
      zh ? "%s，%zu 个线程，乘加峰值 %.1f GFLOP/s\n" : ", %s, threads: %zu, peak of multiply-adds: %.1f GFLOP/s\n",
      summary.isa.c_str(), summary.threads, summary.peak_gflops);
  return printable(summary.machine) + (zh ? "，" : "") + text.data();
}

}  // namespace

std::string to_json(const BenchSummary& summary) {
  Json cases = Json::array();
  for (const BenchCase& shape : summary.cases) {
    cases.push_back(case_json(shape, "plain", shape.plain, summary.peak_gflops, !shape.folded_is_chosen));
    cases.push_back(case_json(shape, "folded", shape.folded, summary.peak_gflops, shape.folded_is_chosen));
  }
  const Json json{{"schema", "attnviz.bench/1"}, {"attnviz", ATTNVIZ_VERSION},
                  {"machine", summary.machine},  {"isa", summary.isa},
                  {"threads", summary.threads},  {"peak_gflops", round_significant(summary.peak_gflops)},
                  {"cases", std::move(cases)}};
  return pretty(json) + "\n";
}

std::string to_text(const BenchSummary& summary, Language language) {
  std::string text = about(summary, language) + headings(language);
  for (const BenchCase& shape : summary.cases) text += line(shape, summary.peak_gflops, language);
  return text;
}

}  // namespace attnviz::report
