#include "attnviz/report/inspect.hpp"

#include <algorithm>

#include "attnviz/core/printable.hpp"
#include "report/json_reader.hpp"
#include "report/numbers.hpp"

namespace attnviz::report {
namespace {

// The report with these words alone.
Report part_of(const Report& report, const std::vector<std::size_t>& words, std::size_t top_k) {
  Report part = report;
  part.words.clear();
  part.readings.clear();
  for (const std::size_t word : words) {
    part.words.push_back(report.words[word]);
    part.readings.push_back(report.readings[word]);
    auto& top = part.readings.back().top;
    top.resize(std::min(top.size(), top_k));
  }
  return part;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string number(double value) { return round_significant(value).dump(); }

}  // namespace

std::string inspect_text(const Report& report, const std::vector<std::size_t>& words, std::size_t top_k,
                         const TerminalStyle& style) {
  const PatchGrid& grid = report.grid;
  std::string text = printable(report.image_path) + " (" + std::to_string(grid.image_width) + " x " +
                     std::to_string(grid.image_height) + ") \"" + printable(report.instruction) + "\"\n" +
                     printable(report.model.name) + ", " + printable(report.model.fusion) + ", layer " +
                     printable(report.shown.layer) + ", head " + printable(report.shown.head) +
                     (report.shown.relative ? ", relative" : "") + ", " + std::to_string(grid.cols()) + " x " +
                     std::to_string(grid.rows()) + " patches\n";
  text += to_text(part_of(report, words, top_k), style);
  for (const Warning& warning : report.warnings) {
    const bool is_of_others = warning.word && std::ranges::find(words, *warning.word) == words.end();
    if (!is_of_others) text += to_text(warning, report.words, style.language) + "\n";
  }
  return text;
}

std::string inspect_csv(const Report& report, const std::vector<std::size_t>& words, std::size_t top_k) {
  std::string text = "index,word,rank,patch,row,col,weight,cumulative,x0,y0,x1,y1\r\n";
  const Report part = part_of(report, words, top_k);
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (const TopPatch& top : part.readings[i].top) {
      text += std::to_string(words[i]) + "," + quoted(part.words[i].text);
      for (const int value : {top.rank, top.patch, top.row, top.col}) text += "," + std::to_string(value);
      for (const double value : {top.weight, top.cumulative, top.box.x0, top.box.y0, top.box.x1, top.box.y1}) {
        text += "," + number(value);
      }
      text += "\r\n";
    }
  }
  return text;
}

std::string inspect_json(const std::string& text, const std::vector<std::size_t>& words, std::size_t top_k) {
  const Json report = parse_json(text);
  Json list = Json::array();
  for (const std::size_t word : words) {
    Json entry = report["words"][word];
    Json& top = entry["top"];
    while (top.size() > top_k) top.erase(top.size() - 1);
    list.push_back(std::move(entry));
  }
  return pretty(list) + "\n";
}

}  // namespace attnviz::report
