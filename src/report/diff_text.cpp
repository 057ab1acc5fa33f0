#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "attnviz/core/printable.hpp"
#include "attnviz/report/diff_report.hpp"
#include "report/diff_facts.hpp"
#include "report/terminal_text.hpp"
#include "report/terminal_writer.hpp"

namespace attnviz::report {
namespace {

constexpr std::size_t kWidestWord = 20, kGap = 2;  // columns of the screen
constexpr std::size_t kMostRanks = 5;
constexpr const char* kArrow = " → ";

// Both sides and how they are spoken of.
struct Sides {
  const DiffSide &a, &b;
  const ReportComparison& found;
  Writer out;
};

std::string percent(double share) { return fixed(100 * share, 0) + " %"; }

std::string point_text(Point point) { return "(" + fixed(point.x, 0) + ", " + fixed(point.y, 0) + ")"; }

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

// A word of the table or, of a long one, its beginning.
std::string table_name(const std::string& text) {
  const std::string name = printable(text);
  return width_of(name) <= kWidestWord ? name : cut_to(name, kWidestWord - 3) + "...";
}

std::string heading(const Sides& sides) {
  const Writer& out = sides.out;
  std::vector<std::string> same, different;
  for (const DiffFact& fact : diff_facts(sides.a.report, sides.b.report)) {
    if (!fact.differs() && fact.is_usual) continue;
    std::string text = std::string(out.say(fact.name, fact.chinese)) + " ", change = printable(fact.a);
    if (fact.differs()) change = out.in(kYellow, change.append(kArrow) + printable(fact.b));
    (fact.differs() ? different : same).push_back(text.append(change));
  }
  return out.in(kBold, "A") + "  " + printable(sides.a.path) + "\n" + out.in(kBold, "B") + "  " +
         printable(sides.b.path) + "\n" + out.say("same    ", "相同  ") + joined(same, ", ") + "\n" +
         out.say("differ  ", "不同  ") + (different.empty() ? out.say("nothing", "无") : joined(different, ", ")) +
         "\n";
}

// "0.41 → 0.52"; always as wide.
std::string change(const std::optional<double>& a, const std::optional<double>& b) {
  const auto number = [](const std::optional<double>& value) {
    return right_aligned(value ? fixed(*value, 2) : "-", 4);
  };
  return number(a) + kArrow + number(b);
}

std::string peak_text(const MapPeak& peak) { return std::to_string(peak.patch) + " (" + fixed(peak.weight, 3) + ")"; }

// '+': of listed patches, no whole maps.
std::string overlap_text(const MapComparison& word) {
  return word.overlap ? fixed(*word.overlap, 2) + (word.whole ? " " : "+") : "- ";
}

const char* overlap_colour(const MapComparison& word) {
  constexpr double kMuch = 0.7, kLittle = 0.4;
  return word.overlap.value_or(0) >= kMuch ? kGreen : word.overlap.value_or(1) < kLittle ? kRed : kYellow;
}

// Whether one of both sees in the image what the other does not: no overlap of maps tells.
bool nothing_differs(const WordReading& a, const WordReading& b) {
  constexpr double kMuch = 0.3;
  return a.nothing && b.nothing && std::abs(*a.nothing - *b.nothing) > kMuch;
}

constexpr std::size_t kOverlapColumns = 8, kPeakColumns = 14, kApartColumns = 8, kShareColumns = 6, kChangeColumns = 11;

std::string column_names(const Writer& out, std::size_t name_columns) {
  const std::string gap(kGap, ' ');
  return left_aligned(out.say("word", "词"), name_columns) +
         right_aligned(out.say("overlap", "重叠"), kOverlapColumns) +
         right_aligned(out.say("best in A", "A 最高"), kPeakColumns) +
         right_aligned(out.say("best in B", "B 最高"), kPeakColumns) +
         right_aligned(out.say("apart", "相距"), kApartColumns + kShareColumns) + gap +
         left_aligned(out.say("entropy", "熵"), kChangeColumns) + gap + out.say("nothing", "无此物") + "\n";
}

std::string word_line(const Sides& sides, const std::string& name, const MapComparison& word, const WordReading& a,
                      const WordReading& b, double diagonal) {
  const std::string gap(kGap, ' ');
  return sides.out.in(kBold, name) +
         sides.out.in(overlap_colour(word), right_aligned(overlap_text(word), kOverlapColumns)) +
         right_aligned(peak_text(word.a), kPeakColumns) + right_aligned(peak_text(word.b), kPeakColumns) +
         right_aligned(fixed(word.distance, 0) + " px", kApartColumns) +
         right_aligned(percent(word.distance / diagonal), kShareColumns) + gap + change(a.entropy, b.entropy) + gap +
         (nothing_differs(a, b) ? sides.out.in(kYellow, change(a.nothing, b.nothing)) : change(a.nothing, b.nothing)) +
         "\n";
}

std::string moved_text(const Writer& out, const MapComparison& word) {
  constexpr double kLeast = 0.005;  // less is 0 %
  if (!word.moved || word.moved->share < kLeast) return out.say("nothing moved", "没有变化");
  const Movement& moved = *word.moved;
  return percent(moved.share) + out.say(" moved ", " 移动了 ") + fixed(moved.distance, 0) + " px, " +
         point_text(moved.lost.centre) + kArrow + point_text(moved.gained.centre);
}

std::string rank_text(const std::optional<int>& rank) { return rank ? std::to_string(*rank) : "-"; }

// Where A's best patches stand in B, and B's best in A.
std::string ranks_text(const Writer& out, const MapComparison& word, std::size_t listed) {
  const std::size_t count = std::min({word.ranks.size(), listed, kMostRanks});
  std::string text = out.say("A's top ", "A 的前 ") + std::to_string(count) + out.say(" rank", " 个 patch 在 B 中排第");
  for (std::size_t i = 0; i < count; ++i) text += " " + rank_text(word.ranks[i].b.rank);
  return text + out.say(" in B, B's best ", "，B 的首位在 A 中排第 ") + rank_text(word.b.rank_in_other) +
         out.say(" in A", "");
}

std::string view_table(const Sides& sides, std::size_t number) {
  const ViewComparison& view = sides.found.views[number];
  const std::vector<WordPair>& pairs = sides.found.words.pairs;
  std::size_t name_columns = width_of(sides.out.say("word", "词"));
  for (const WordPair& pair : pairs) {
    name_columns = std::max(name_columns, width_of(table_name(sides.a.report.words[pair.a].text)));
  }
  name_columns += kGap;
  std::string text = column_names(sides.out, name_columns);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const MapComparison& word = view.words[i];
    const WordReading& a = sides.a.report.views[number].readings[pairs[i].a];
    const WordReading& b = sides.b.report.views[number].readings[pairs[i].b];
    const std::string name = left_aligned(table_name(sides.a.report.words[pairs[i].a].text), name_columns);
    text += word_line(sides, name, word, a, b, diagonal_of(view.grid));
    std::vector<std::string> notes;
    if (word.whole) notes.push_back(moved_text(sides.out, word));
    if (view.same_grid) notes.push_back(ranks_text(sides.out, word, a.top.size()));
    if (!notes.empty()) text += "    " + joined(notes, sides.out.say("; ", "；")) + "\n";
  }
  return text;
}

std::string grids_note(const Sides& sides, std::size_t number) {
  const ViewComparison& view = sides.found.views[number];
  if (view.same_grid) return "";
  const std::string cells = std::to_string(view.grid.cols()) + " x " + std::to_string(view.grid.rows());
  return sides.out.say("patches differ: maps are compared on the coarser grid, ",
                       "patch 划分不同：在较粗的网格上比较，") +
         cells + "\n";
}

// Files of one name may be copies; of two names they are most likely two images.
std::string images_note(const Sides& sides) {
  const auto name_of = [](const DiffSide& side) {
    return std::filesystem::path(side.report.main_view().image_path).filename();
  };
  if (name_of(sides.a) == name_of(sides.b)) return "";
  return sides.out.in(kYellow, sides.out.say("the reports are of two images: overlaps and ways moved mean little\n",
                                             "两份报告来自不同的图像：重叠和移动的意义不大\n"));
}

// Said once, before the tables.
std::string maps_note(const Sides& sides) {
  for (const ViewComparison& view : sides.found.views) {
    if (std::ranges::all_of(view.words, &MapComparison::whole)) continue;
    return sides.out.say(
        "a report has no whole maps: only listed patches are compared; 0.50+ is an overlap of at least 0.50\n",
        "有报告不含完整热图：只比较列出的 patch；0.50+ 表示重叠至少为 0.50\n");
  }
  return "";
}

std::string target_line(const Sides& sides) {
  const std::optional<Target>&a = sides.a.report.target, &b = sides.b.report.target;
  const Writer& out = sides.out;
  if (!a && !b) return "";
  std::string text = out.say("target: ", "目标: ");
  if (!sides.found.target) {
    return text + out.say("only in ", "只在 ") + (a ? "A " : "B ") + point_text(a ? a->point : b->point) + "\n";
  }
  const double apart = sides.found.target->distance;
  return text + point_text(a->point) + kArrow + point_text(b->point) + out.say(", ", "，相距 ") + fixed(apart, 0) +
         " px (" + percent(apart / diagonal_of(sides.found.views.front().grid)) + out.say(") apart, ", ")，") +
         out.say("IoU of the boxes ", "框的交并比 ") + fixed(sides.found.target->iou, 2) +
         out.say(", score ", "，得分 ") + change(a->score, b->score) + "\n";
}

std::string alone_line(const Writer& out, const char* side, const Report& report,
                       const std::vector<std::size_t>& words) {
  if (words.empty()) return "";
  std::vector<std::string> names;
  names.reserve(words.size());
  for (const std::size_t word : words) names.push_back(printable(report.words[word].text));
  return std::string(out.say("only in ", "只在 ")) + side + ": " + joined(names, ", ") + "\n";
}

}  // namespace

std::string diff_text(const DiffSide& a, const DiffSide& b, const ReportComparison& found, const TerminalStyle& style) {
  const Sides sides{a, b, found, Writer(style)};
  std::string text = heading(sides) + images_note(sides) + maps_note(sides);
  for (std::size_t number = 0; number < found.views.size(); ++number) {
    text += "\n";
    if (number > 0) {
      text += sides.out.say("view ", "视角 ") + std::to_string(number) + " (" +
              printable(a.report.views[number].image_path) + "):\n";
    }
    text += grids_note(sides, number) + view_table(sides, number);
  }
  text += "\n" + target_line(sides);
  if (const std::optional<double> mean = mean_overlap(found)) {
    text += sides.out.say("mean overlap: ", "平均重叠: ") + fixed(*mean, 2) + "\n";
  }
  return text + alone_line(sides.out, "A", a.report, found.words.only_a) +
         alone_line(sides.out, "B", b.report, found.words.only_b);
}

}  // namespace attnviz::report
