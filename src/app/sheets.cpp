#include "app/sheets.hpp"

#include <string>

#include "app/job_files.hpp"
#include "app/word_choice.hpp"
#include "attnviz/analysis/readout.hpp"
#include "attnviz/render/matrix_sheet.hpp"

namespace attnviz::app {
namespace {

using Readings = std::vector<WordReading>;  // [num_words]

std::string facts(const Report& report) {
  return report.model.name + "    " + report.model.signal + "    " +
         (report.shown.relative ? "relative to all words    " : "") + std::to_string(report.grid.cols()) + " x " +
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

Readings read(const JobResult& job, const std::string& layer, const std::string& head) {
  return analysis::read_maps(analysis::aggregate(job.maps, {layer, head, job.report.shown.relative}), job.report.grid);
}

// [num_layers * num_heads]
std::vector<Readings> read_heads(const JobResult& job) {
  std::vector<Readings> readings;
  readings.reserve(job.maps.num_layers * job.maps.num_heads);
  for (std::size_t layer = 0; layer < job.maps.num_layers; ++layer) {
    for (std::size_t head = 0; head < job.maps.num_heads; ++head) {
      readings.push_back(read(job, std::to_string(layer), std::to_string(head)));
    }
  }
  return readings;
}

render::MapMatrix heads_of(const JobResult& job, const std::vector<Readings>& readings, const std::string& name,
                           std::size_t word) {
  render::MapMatrix matrix = empty_matrix(job.report, name);
  for (std::size_t head = 0; head < job.maps.num_heads; ++head) {
    matrix.columns.push_back("head " + std::to_string(head));
  }
  for (std::size_t layer = 0; layer < job.maps.num_layers; ++layer) {
    matrix.rows.push_back("layer " + std::to_string(layer));
  }
  for (const Readings& of_head : readings) matrix.maps.push_back(of_head[word]);
  return matrix;
}

render::MapMatrix layers_of(const JobResult& job, const std::vector<std::size_t>& words, const render::Labels& labels) {
  render::MapMatrix matrix = empty_matrix(job.report, job.report.instruction);
  matrix.subtitle = "head " + job.report.shown.head + "    " + matrix.subtitle;
  std::vector<Readings> readings;  // [column][word]
  const auto add_column = [&](const std::string& layer, const std::string& name) {
    matrix.columns.push_back(name);
    readings.push_back(read(job, layer, job.report.shown.head));
  };
  for (std::size_t layer = 0; layer < job.maps.num_layers; ++layer) {
    add_column(std::to_string(layer), "layer " + std::to_string(layer));
  }
  for (const char* all : {"mean", "rollout"}) add_column(all, all);
  for (const std::size_t word : words) {
    matrix.rows.push_back(labels.word_name(job.report.words[word].text, word));
    for (const Readings& of_column : readings) matrix.maps.push_back(of_column[word]);
  }
  return matrix;
}

}  // namespace

void add_sheets(const JobResult& job, const RunOptions& options, const render::Labels& labels, OutputSet& outputs) {
  const std::vector<std::size_t> words = chosen_words(job.report.words, options.word);
  const auto add = [&](const render::MapMatrix& matrix, const std::string& name) {
    outputs.add(name,
                render::encode_png(render::matrix_sheet(job.image, job.report.grid, matrix, options.looks, labels)));
  };
  if (options.heads_sheet) {
    const std::vector<Readings> readings = read_heads(job);
    for (const std::size_t word : words) {
      const std::string& text = job.report.words[word].text;
      add(heads_of(job, readings, labels.word_name(text, word), word), heads_sheet_name(word, text));
    }
  }
  if (options.layers_sheet) add(layers_of(job, words, labels), kLayersSheet);
}

}  // namespace attnviz::app
