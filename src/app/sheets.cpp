#include "app/sheets.hpp"

#include <string>

#include "app/job_files.hpp"
#include "app/word_choice.hpp"
#include "attnviz/analysis/readout.hpp"
#include "attnviz/render/matrix_sheet.hpp"

namespace attnviz::app {
namespace {

std::string facts(const Report& report) {
  return report.model.name + "    " + report.model.signal + "    " + std::to_string(report.grid.cols()) + " x " +
         std::to_string(report.grid.rows()) + " patches    ";
}

render::MapMatrix empty_matrix(const Report& report, const std::string& title) {
  render::MapMatrix matrix;
  matrix.title = title;
  matrix.one_scale = report.scale == "shared";
  matrix.subtitle = facts(report) + (matrix.one_scale ? "one scale for all maps" : "each map on its own scale") +
                    "; below it the weight of its top colour";
  return matrix;
}

render::MapMatrix heads_of(const JobResult& job, std::size_t word) {
  const AttentionMaps& maps = job.maps;
  render::MapMatrix matrix = empty_matrix(job.report, job.report.words[word].text);
  for (std::size_t head = 0; head < maps.num_heads; ++head) matrix.columns.push_back("head " + std::to_string(head));
  for (std::size_t layer = 0; layer < maps.num_layers; ++layer) {
    matrix.rows.push_back("layer " + std::to_string(layer));
    for (std::size_t head = 0; head < maps.num_heads; ++head) {
      const ViewChoice view{std::to_string(layer), std::to_string(head)};
      matrix.maps.push_back(analysis::read_maps(analysis::aggregate(maps, view), job.report.grid)[word]);
    }
  }
  return matrix;
}

render::MapMatrix layers_of(const JobResult& job, const std::vector<std::size_t>& words) {
  const AttentionMaps& maps = job.maps;
  render::MapMatrix matrix = empty_matrix(job.report, job.report.instruction);
  matrix.subtitle = "head " + job.report.shown.head + "    " + matrix.subtitle;
  std::vector<std::string> choices;
  for (std::size_t layer = 0; layer < maps.num_layers; ++layer) {
    choices.push_back(std::to_string(layer));
    matrix.columns.push_back("layer " + choices.back());
  }
  for (const char* all : {"mean", "rollout"}) {
    choices.emplace_back(all);
    matrix.columns.emplace_back(all);
  }
  std::vector<std::vector<WordReading>> readings;  // [choice][word]
  readings.reserve(choices.size());
  for (const std::string& choice : choices) {
    readings.push_back(
        analysis::read_maps(analysis::aggregate(maps, {choice, job.report.shown.head}), job.report.grid));
  }
  for (const std::size_t word : words) {
    matrix.rows.push_back(job.report.words[word].text);
    for (const std::vector<WordReading>& of_choice : readings) matrix.maps.push_back(of_choice[word]);
  }
  return matrix;
}

void add_sheet(const JobResult& job, const render::MapMatrix& matrix, const RunOptions& options,
               const std::string& name, OutputSet& outputs) {
  const render::Labels labels(render::matrix_text(matrix));
  outputs.add(name,
              render::encode_png(render::matrix_sheet(job.image, job.report.grid, matrix, options.looks, labels)));
}

}  // namespace

void add_sheets(const JobResult& job, const RunOptions& options, OutputSet& outputs) {
  const std::vector<std::size_t> words = chosen_words(job.report.words, options.word);
  if (options.heads_sheet) {
    for (const std::size_t word : words) {
      add_sheet(job, heads_of(job, word), options, heads_sheet_name(word, job.report.words[word].text), outputs);
    }
  }
  if (options.layers_sheet) add_sheet(job, layers_of(job, words), options, kLayersSheet, outputs);
}

}  // namespace attnviz::app
