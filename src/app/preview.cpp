#include "app/preview.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "app/terminal_io.hpp"
#include "attnviz/render/pictures.hpp"
#include "attnviz/report/preview.hpp"

namespace attnviz::app {
namespace {

report::ColourDepth colour_depth() {
  const char* colours = std::getenv("COLORTERM");
  const bool full = colours != nullptr && (std::string(colours) == "truecolor" || std::string(colours) == "24bit");
  return full ? report::ColourDepth::full : report::ColourDepth::palette;
}

// Pixels that a panel may fill: a column each, two to a line.
struct PanelSize {
  int width = 8, height = 8;
};

PanelSize panel_size(const TerminalSize& terminal) {
  constexpr int kPanelColumns = 48, kTextRows = 3;
  const int side_by_side = std::max(1, terminal.columns / kPanelColumns);
  return {std::max(8, terminal.columns / side_by_side - 2), std::max(8, 2 * (terminal.rows - kTextRows))};
}

}  // namespace

void print_preview(const RunOptions& options, const JobResult& job) {
  const bool chinese = options.common.language == report::Language::zh;
  const std::optional<TerminalSize> terminal = terminal_size();
  if (!terminal || !options.colour) {
    if (options.common.quiet) return;
    return notice(chinese ? "attnviz: 标准输出不是彩色终端，不显示预览\n"
                          : "attnviz: no preview: standard output is no terminal with colours\n");
  }
  const PanelSize size = panel_size(*terminal);
  const Report& report = job.report;
  const std::vector<double> maxima = render::scale_maxima(report);
  for (std::size_t number = 0; number < report.views.size(); ++number) {
    const ViewReading& view = report.views[number];
    if (number > 0) print((chinese ? "\n视角 " : "\nview ") + std::to_string(number) + "\n");
    std::vector<report::PreviewPanel> panels;
    for (std::size_t word = 0; word < view.readings.size(); ++word) {
      panels.push_back(
          {report.words[word].text, render::thumbnail(job.images[number], view.grid, view.readings[word], maxima[word],
                                                      options.looks, size.width, size.height)});
    }
    print(report::preview(panels, terminal->columns, colour_depth()));
  }
}

}  // namespace attnviz::app
