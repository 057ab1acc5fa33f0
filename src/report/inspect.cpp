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
  for (const std::size_t word : words) part.words.push_back(report.words[word]);
  for (std::size_t i = 0; i < report.views.size(); ++i) {
    part.views[i].readings.clear();
    for (const std::size_t word : words) {
      part.views[i].readings.push_back(report.views[i].readings[word]);
      auto& top = part.views[i].readings.back().top;
      top.resize(std::min(top.size(), top_k));
    }
  }
  return part;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

void shorten(Json& reading, std::size_t top_k) {
  Json& top = reading["top"];
  while (top.size() > top_k) top.erase(top.size() - 1);
  reading.erase("map");
}

std::string number(double value) { return round_significant(value).dump(); }

}  // namespace

std::string inspect_text(const Report& report, const std::vector<std::size_t>& words, std::size_t top_k,
                         const TerminalStyle& style) {
  const PatchGrid& grid = report.main_view().grid;
  std::string text = printable(report.main_view().image_path) + " (" + std::to_string(grid.image_width) + " x " +
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
  std::string text = "index,word,view,rank,patch,row,col,weight,cumulative,x0,y0,x1,y1\r\n";
  const Report part = part_of(report, words, top_k);
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::size_t view = 0; view < part.views.size(); ++view) {
      for (const TopPatch& top : part.views[view].readings[i].top) {
        text += std::to_string(words[i]) + "," + quoted(part.words[i].text) + "," + std::to_string(view);
        for (const int value : {top.rank, top.patch, top.row, top.col}) text += "," + std::to_string(value);
        for (const double value : {top.weight, top.cumulative, top.box.x0, top.box.y0, top.box.x1, top.box.y1}) {
          text += "," + number(value);
        }
        text += "\r\n";
      }
    }
  }
  return text;
}

std::string inspect_json(const std::string& text, const std::vector<std::size_t>& words, std::size_t top_k) {
  const Json report = parse_json(text);
  Json list = Json::array();
  for (const std::size_t word : words) {
    Json entry = report["words"][word];
    shorten(entry, top_k);
    for (Json& view : entry["views"]) shorten(view, top_k);
    list.push_back(std::move(entry));
  }
  return pretty(list) + "\n";
}

}  // namespace attnviz::report
