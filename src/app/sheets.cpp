#include "app/sheets.hpp"

#include <algorithm>
#include <string>

#include "app/job_files.hpp"
#include "app/word_choice.hpp"
#include "attnviz/analysis/readout.hpp"
#include "attnviz/render/matrix_sheet.hpp"
#include "attnviz/render/sheet_text.hpp"

namespace attnviz::app {
namespace {

using Readings = std::vector<WordReading>;  // [num_words]

// One view of the job.
struct View {
  const Report& report;
  const PatchGrid& grid;
  const AttentionMaps& maps;
  render::SheetLanguage language;
};

render::MapMatrix empty_matrix(const View& view, const std::string& title) {
  render::MapMatrix matrix;
  matrix.title = title;
  const bool one_scale = view.report.scale == "shared";
  if (one_scale) matrix.scale = render::MatrixScale::all;
  matrix.facts = render::facts_of(view.report, view.grid, view.language, false);
  matrix.facts.emplace_back(one_scale ? view.language.say("所有图共用一个色阶", "one scale for all maps")
                                      : view.language.say("每图各用自己的色阶", "each map on its own scale"));
  matrix.facts.emplace_back(view.language.say("图下为其最高权重", "below each its highest weight"));
  matrix.top_name = view.language.say("最高", "highest");
  matrix.nothing_name = view.language.say("无此物 ", "nothing ");
  return matrix;
}

// Says why maps are faint, where some are.
void explain_faint(render::MapMatrix& matrix, render::SheetLanguage language) {
  constexpr double kFaint = 0.3;
  const auto is_faint = [](const WordReading& map) { return map.nothing.value_or(0) >= kFaint; };
  if (std::ranges::none_of(matrix.maps, is_faint)) return;
  matrix.facts.emplace_back(language.say("图越淡，落在无此物上的越多", "the fainter, the more goes to nothing here"));
}

std::string named(const char* name, std::size_t number) { return name + std::to_string(number); }

Readings read(const View& view, const std::string& layer, const std::string& head) {
  return analysis::read_maps(analysis::aggregate(view.maps, {layer, head, view.report.shown.relative}), view.grid);
}

// [num_layers * num_heads]
std::vector<Readings> read_heads(const View& view) {
  std::vector<Readings> readings;
  readings.reserve(view.maps.num_layers * view.maps.num_heads);
  for (std::size_t layer = 0; layer < view.maps.num_layers; ++layer) {
    for (std::size_t head = 0; head < view.maps.num_heads; ++head) {
      readings.push_back(read(view, std::to_string(layer), std::to_string(head)));
    }
  }
  return readings;
}

render::MapMatrix heads_of(const View& view, const std::vector<Readings>& readings, const std::string& name,
                           std::size_t word) {
  render::MapMatrix matrix = empty_matrix(view, name);
  for (std::size_t head = 0; head < view.maps.num_heads; ++head) {
    matrix.columns.push_back(named(view.language.say("头 ", "head "), head));
  }
  for (std::size_t layer = 0; layer < view.maps.num_layers; ++layer) {
    matrix.rows.push_back(named(view.language.say("层 ", "layer "), layer));
  }
  for (const Readings& of_head : readings) matrix.maps.push_back(of_head[word]);
  explain_faint(matrix, view.language);
  return matrix;
}

render::MapMatrix layers_of(const View& view, const std::vector<std::size_t>& words, const render::Labels& labels) {
  const Report& report = view.report;
  render::MapMatrix matrix = empty_matrix(view, report.instruction);
  matrix.facts.insert(matrix.facts.begin(), view.language.say("头 ", "head ") + report.shown.head);
  std::vector<Readings> readings;  // [column][word]
  const auto add_column = [&](const std::string& layer, const std::string& name) {
    matrix.columns.push_back(name);
    readings.push_back(read(view, layer, report.shown.head));
  };
  for (std::size_t layer = 0; layer < view.maps.num_layers; ++layer) {
    add_column(std::to_string(layer), named(view.language.say("层 ", "layer "), layer));
  }
  add_column("mean", view.language.say("各层平均", "mean"));
  add_column("rollout", "rollout");
  for (const std::size_t word : words) {
    matrix.rows.push_back(labels.word_name(report.words[word].text, word));
    for (const Readings& of_column : readings) matrix.maps.push_back(of_column[word]);
  }
  explain_faint(matrix, view.language);
  return matrix;
}

}  // namespace

void add_sheets(const JobResult& job, const RunOptions& options, const render::Labels& labels, OutputSet& outputs) {
  const std::vector<std::size_t> words = chosen_words(job.report.words, options.word);
  for (std::size_t number = 0; number < job.maps.size(); ++number) {
    const View view{job.report, job.report.views[number].grid, job.maps[number], {options.looks, labels}};
    const auto add = [&](const render::MapMatrix& matrix, const std::string& name) {
      outputs.add(
          name, render::encode_png(render::matrix_sheet(job.images[number], view.grid, matrix, options.looks, labels)));
    };
    if (options.heads_sheet) {
      const std::vector<Readings> readings = read_heads(view);
      for (const std::size_t word : words) {
        const std::string& text = job.report.words[word].text;
        add(heads_of(view, readings, labels.word_name(text, word), word), heads_sheet_name(word, text, number));
      }
    }
    if (options.layers_sheet) add(layers_of(view, words, labels), layers_sheet_name(number));
  }
}

}  // namespace attnviz::app
