#include "app/attention_import.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include "app/attention_archive.hpp"
#include "app/view_columns.hpp"
#include "attnviz/arrays/attention_dump.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/text/segment.hpp"

namespace attnviz::app {
namespace {

using arrays::ArrayFile;
using arrays::AttentionDump;
using arrays::Indices;

constexpr double kSumTolerance = 1e-2;  // float16 adds up to no better

// One view: where its weights are.
struct ViewSource {
  AttentionDump dump;
  ViewColumns place;
};

Indices all_indices(std::size_t count) {
  Indices all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

std::vector<ViewSource> view_sources(const ArrayFile& file, const ImportRequest& request,
                                     const std::vector<Image>& images) {
  std::vector<ViewSource> views;
  if (is_archive(file, request.layout)) {
    for (std::size_t i = 0; i < images.size(); ++i) {
      if (file.find(archive_name("attention", i)) == nullptr) {
        throw Error(ErrorCode::usage, "--view",
                    request.path + " has " + std::to_string(i) + (i == 1 ? " view" : " views"),
                    "give no more images than that");
      }
      const AttentionDump dump(file, archive_name("attention", i));
      views.push_back({dump, archived_columns(file, i, images[i], request.layout, dump.num_columns())});
    }
    return views;
  }
  const AttentionDump dump(file, request.layout.key);
  for (ViewColumns& view : assign_columns(request.layout, images, dump.num_columns())) {
    views.push_back({dump, std::move(view)});
  }
  return views;
}

// The rows of each word.
std::vector<Indices> rows_of(const LayoutOptions& layout, std::size_t num_words, std::size_t num_rows) {
  std::vector<Indices> rows;
  if (!layout.words_at.empty() && layout.words_at.size() == num_words) {
    for (const IndexRange& range : layout.words_at) rows.push_back(indices_of({range}, num_rows, "--words-at", "rows"));
    return rows;
  }
  const Indices all =
      layout.words_at.empty() ? all_indices(num_rows) : indices_of(layout.words_at, num_rows, "--words-at", "rows");
  if (all.size() != num_words) {
    const std::string words = std::to_string(num_words) + (num_words == 1 ? " word, " : " words, ");
    const std::string given = layout.words_at.empty() ? "the array has " + std::to_string(num_rows) + " rows"
                                                      : std::to_string(layout.words_at.size()) + " parts of " +
                                                            std::to_string(all.size()) + " rows are given";
    throw Error(ErrorCode::usage, layout.words_at.empty() ? "--words" : "--words-at", words + given,
                "a part of --words-at is a word, or each row is: --words \"red|cup\" --words-at 5:7,7");
  }
  for (const std::size_t row : all) rows.push_back({row});
  return rows;
}

// Padding gets nothing; a row without any weight for the image shows nothing, unless it looks at "nothing here".
void settle(AttentionMaps& maps, const PatchGrid& grid, const Words& words, const std::string& path) {
  for (std::size_t layer = 0; layer < maps.num_layers; ++layer) {
    for (std::size_t head = 0; head < maps.num_heads; ++head) {
      for (std::size_t word = 0; word < maps.num_words; ++word) {
        const std::span<float> row = maps.row(layer, head, word);
        double sum = 0;
        for (int patch = 0; patch < grid.num_patches(); ++patch) {
          float& weight = row[static_cast<std::size_t>(patch)];
          if (!grid.has_content(patch)) weight = 0;
          sum += weight;
        }
        const bool sees_nothing = !maps.nothing.empty() && maps.nothing[maps.row_index(layer, head, word)] > 0;
        if (sum > 0 || sees_nothing) continue;
        throw Error(ErrorCode::input, path,
                    "layer " + std::to_string(layer) + ", head " + std::to_string(head) +
                        " gives no weight to the image at all for '" + words[word].text + "'",
                    "check --words-at and --patches-at; float16 loses small weights: save float32");
      }
    }
  }
}

// Whether the views take every column of the file once.
bool take_all(const std::vector<ViewSource>& views, bool one_dump) {
  Indices columns;
  for (const ViewSource& view : views)
    columns.insert(columns.end(), view.place.columns.begin(), view.place.columns.end());
  if (!one_dump) return false;
  std::ranges::sort(columns);
  return columns == all_indices(views.front().dump.num_columns());
}

std::optional<Warning> sum_warning(const std::vector<double>& sums) {
  const auto [lowest, highest] = std::ranges::minmax_element(sums);
  if (std::abs(*lowest - 1) <= kSumTolerance && std::abs(*highest - 1) <= kSumTolerance) return std::nullopt;
  const auto shown = [](double sum) {
    char text[24];
    std::snprintf(text, sizeof text, "%.3g", sum);
    return std::string(text);
  };
  const std::string first = shown(*lowest), last = shown(*highest), range = first == last ? first : first + ".." + last;
  return Warning{"row-sum",
                 "rows of the file sum to " + range + ", not to 1; they are shown as shares of the image's weight",
                 std::nullopt, range};
}

ModelFacts facts_of(const ImportRequest& request, const ViewSource& view) {
  ModelFacts facts;
  facts.name =
      request.layout.preset.empty() ? std::filesystem::path(request.path).filename().string() : request.layout.preset;
  facts.fusion = facts.signal = "imported";
  facts.num_layers = view.dump.num_layers();
  facts.num_heads = view.dump.num_heads();
  facts.patch_px = view.place.grid.patch_px;
  return facts;
}

}  // namespace

std::vector<AttentionMaps> import_attention(const ImportRequest& request, const std::vector<Image>& images,
                                            Report& report) {
  std::optional<text::GivenWords> asked;  // what is wrong with it is said before anything about the file
  if (request.words) asked = text::given_words(*request.words);
  const ArrayFile file = ArrayFile::open(request.path);
  text::GivenWords given = asked ? std::move(*asked) : text::given_words(archived_words(file));
  const std::vector<ViewSource> views = view_sources(file, request, images);
  report.instruction = std::move(given.instruction);
  report.words = std::move(given.words);
  report.model = facts_of(request, views.front());

  std::vector<AttentionMaps> maps;
  std::vector<double> sums;  // of the rows, over all views
  for (std::size_t i = 0; i < views.size(); ++i) {
    const auto& [dump, place] = views[i];
    AttentionDump::Read read = dump.read(rows_of(request.layout, report.words.size(), dump.num_rows()), place.columns);
    sums.resize(read.sums.size());
    for (std::size_t row = 0; row < sums.size(); ++row) sums[row] += read.sums[row];
    if (is_archive(file, request.layout)) read_archived_nothing(file, i, read.maps);
    settle(read.maps, place.grid, report.words, request.path);
    report.views[i].grid = place.grid;
    maps.push_back(std::move(read.maps));
  }
  if (take_all(views, !is_archive(file, request.layout))) {
    if (auto warning = sum_warning(sums)) report.warnings.push_back(std::move(*warning));
  }
  return maps;
}

}  // namespace attnviz::app
