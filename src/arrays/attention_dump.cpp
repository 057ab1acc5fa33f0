#include "attnviz/arrays/attention_dump.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "attnviz/core/error.hpp"
#include "attnviz/core/printable.hpp"

namespace attnviz::arrays {
namespace {

constexpr std::size_t kMostWeights = std::size_t{1} << 28;  // 1 GiB
constexpr std::size_t kMostListed = 12;
constexpr const char* kShapes = "[q, k], [heads, q, k], [layers, heads, q, k] or [layers, 1, heads, q, k]";

struct Shape {
  std::size_t layers = 1, heads = 1, rows = 0, columns = 0;

  bool operator==(const Shape&) const = default;
};

std::size_t batch_of(const ArrayInfo& info) { return info.shape.size() == 5 ? info.shape[1] : 1; }

// Empty: it is no shape of attention.
std::optional<Shape> shape_of(const ArrayInfo& info) {
  const std::vector<std::size_t>& sides = info.shape;
  if (sides.size() < 2 || sides.size() > 5 || std::ranges::count(sides, std::size_t{0}) > 0) return std::nullopt;
  const auto from_end = [&sides](std::size_t place) { return sides[sides.size() - place]; };
  Shape shape{1, 1, from_end(2), from_end(1)};
  if (sides.size() > 2) shape.heads = from_end(3);
  if (sides.size() > 3) shape.layers = sides.front();
  return shape;
}

bool fits(const ArrayInfo& info) { return info.problem.empty() && shape_of(info) && batch_of(info) == 1; }

std::string named(const ArrayInfo& info) {
  return "'" + printable(info.name) + "' " + info.dtype + " " + to_string(info.shape);
}

std::string listed(const std::vector<const ArrayInfo*>& arrays) {
  std::string text;
  for (std::size_t i = 0; i < arrays.size() && i < kMostListed; ++i) {
    text.append(i == 0 ? "" : ", ").append(named(*arrays[i]));
  }
  return arrays.size() > kMostListed ? text + ", ..." : text;
}

std::vector<const ArrayInfo*> pointers(const std::vector<ArrayInfo>& arrays) {
  std::vector<const ArrayInfo*> all;
  all.reserve(arrays.size());
  for (const ArrayInfo& info : arrays) all.push_back(&info);
  return all;
}

// What the star stands for; empty: the name does not match. `star`: its place in the key.
std::optional<std::string> star_of(const std::string& key, std::size_t star, const std::string& name) {
  const std::string before = key.substr(0, star), after = key.substr(star + 1);
  if (name.size() < before.size() + after.size() || !name.starts_with(before) || !name.ends_with(after)) {
    return std::nullopt;
  }
  return name.substr(before.size(), name.size() - before.size() - after.size());
}

// "2" before "10": by length, then by text, without leading zeros.
bool comes_before(const std::string& a, const std::string& b) {
  const auto plain = [](const std::string& text) {
    return text.substr(std::min(text.find_first_not_of('0'), text.size()));
  };
  const std::string plain_a = plain(a), plain_b = plain(b);
  return plain_a.size() != plain_b.size() ? plain_a.size() < plain_b.size() : plain_a < plain_b;
}

std::vector<const ArrayInfo*> match(const ArrayFile& file, const std::string& key, std::size_t star) {
  std::vector<std::pair<std::string, const ArrayInfo*>> found;
  for (const ArrayInfo& info : file.arrays()) {
    if (auto part = star_of(key, star, info.name)) found.emplace_back(std::move(*part), &info);
  }
  std::ranges::sort(found, [](const auto& a, const auto& b) { return comes_before(a.first, b.first); });
  std::vector<const ArrayInfo*> arrays;
  arrays.reserve(found.size());
  for (const auto& [part, info] : found) arrays.push_back(info);
  return arrays;
}

std::vector<const ArrayInfo*> choose(const ArrayFile& file, const std::string& key) {
  const std::vector<const ArrayInfo*> all = pointers(file.arrays());
  if (all.empty()) throw Error(ErrorCode::input, file.path(), "holds no array");
  std::vector<const ArrayInfo*> chosen;
  if (key.empty()) {
    if (all.size() == 1) return all;  // what is wrong with it is said later
    std::ranges::copy_if(all, std::back_inserter(chosen), [](const ArrayInfo* info) { return fits(*info); });
    if (chosen.size() == 1) return chosen;
    if (chosen.empty()) {
      throw Error(ErrorCode::input, file.path(), "holds no array of attention weights: " + listed(all),
                  std::string("save one of floating-point numbers, ") + kShapes);
    }
    throw Error(ErrorCode::usage, "--key", file.path() + " holds several arrays: " + listed(chosen),
                "name one; a star joins the layers of several: --key 'layer_*'");
  }
  const std::size_t star = key.find('*');
  chosen = star == std::string::npos ? std::vector<const ArrayInfo*>{} : match(file, key, star);
  if (const ArrayInfo* info = file.find(key)) chosen = {info};
  if (chosen.empty()) {
    throw Error(ErrorCode::usage, "--key", file.path() + " holds no array '" + key + "'", "it holds " + listed(all));
  }
  return chosen;
}

std::string where(const ArrayFile& file, const ArrayInfo& info) {
  return info.name.empty() ? file.path() : file.path() + ":" + printable(info.name);
}

}  // namespace

AttentionDump::AttentionDump(const ArrayFile& file, const std::string& key) : file_(file) {
  for (const ArrayInfo* info : choose(file, key)) add_part(*info);
}

void AttentionDump::add_part(const ArrayInfo& info) {
  const auto refuse = [&](const std::string& what, const std::string& hint) {
    throw Error(ErrorCode::input, where(file_, info), what, hint);
  };
  if (!info.problem.empty()) refuse(info.problem, info.hint);
  const std::optional<Shape> shape = shape_of(info);
  if (!shape) refuse("has the shape " + to_string(info.shape), std::string("attention has ") + kShapes);
  if (batch_of(info) != 1) {
    refuse("holds a batch of " + std::to_string(batch_of(info)), "save one item of it: a[:, 0]");
  }
  if (parts_.empty()) {
    layers_a_part_ = shape->layers;
    num_heads_ = shape->heads;
    num_rows_ = shape->rows;
    num_columns_ = shape->columns;
  } else if (*shape != Shape{layers_a_part_, num_heads_, num_rows_, num_columns_}) {
    refuse("has the shape " + to_string(info.shape) + ", " + named(*parts_.front()) + " another",
           "layers of one dump have one shape");
  }
  parts_.push_back(&info);
}

void AttentionDump::refuse_row(const ArrayInfo& part, std::size_t layer, std::size_t row, const std::string& what,
                               const std::string& hint) const {
  const std::size_t head = row / num_rows_ % num_heads_;
  throw Error(ErrorCode::input, where(file_, part),
              what + " in layer " + std::to_string(layer) + ", head " + std::to_string(head) + ", row " +
                  std::to_string(row % num_rows_),
              hint);
}

AttentionDump::Read AttentionDump::read(const std::vector<Indices>& words, const Indices& columns) const {
  std::map<std::size_t, std::vector<std::size_t>> owners;  // of each wanted row: its words
  for (std::size_t word = 0; word < words.size(); ++word) {
    for (const std::size_t row : words[word]) owners[row].push_back(word);
  }
  const std::size_t matrices = layers_a_part_ * num_heads_;
  const auto most = static_cast<double>(kMostWeights);
  if (static_cast<double>(parts_.size() * matrices) * static_cast<double>(words.size() + owners.size()) *
          static_cast<double>(columns.size()) >
      most) {
    throw Error(ErrorCode::usage, "--words-at",
                "asks for more weights than are kept in memory (" + std::to_string(kMostWeights) + ")",
                "ask for fewer words, or save fewer layers");
  }
  Slice slice{{}, columns};
  for (std::size_t matrix = 0; matrix < matrices; ++matrix) {
    for (const auto& [row, owning] : owners) slice.rows.push_back(matrix * num_rows_ + row);
  }
  Read result{AttentionMaps(num_layers(), num_heads_, words.size(), columns.size(), false), {}};
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    const auto add = [&](std::size_t row, std::span<const float> values, bool finite) {
      const std::size_t matrix = row / num_rows_, layer = part * layers_a_part_ + matrix / num_heads_;
      if (!finite) {
        refuse_row(*parts_[part], layer, row, "holds NaN or infinite weights",
                   "rows that are masked as a whole become NaN: leave them out with --words-at");
      }
      if (std::ranges::any_of(values, [](float value) { return value < 0; })) {
        refuse_row(*parts_[part], layer, row, "holds negative weights",
                   "that looks like scores before the softmax: save softmax(scores, axis=-1)");
      }
      double sum = 0;
      for (const float value : values) sum += value;
      result.sums.push_back(sum);
      for (const std::size_t word : owners.at(row % num_rows_)) {
        const std::span<float> into = result.maps.row(layer, matrix % num_heads_, word);
        const auto count = static_cast<float>(words[word].size());
        for (std::size_t i = 0; i < values.size(); ++i) into[i] += values[i] / count;
      }
    };
    file_.read_rows(*parts_[part], slice, add);
  }
  return result;
}

}  // namespace attnviz::arrays
