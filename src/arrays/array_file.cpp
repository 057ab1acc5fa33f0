#include "attnviz/arrays/array_file.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "arrays/array_index.hpp"

namespace attnviz::arrays {
namespace {

constexpr std::size_t kMaxSmall = 4096;  // values of a small array
constexpr std::size_t kMaxSmallBytes = std::size_t{1} << 20;
constexpr std::size_t kWorthJumping = 4096;  // columns between two wanted ones that are not read along

// Wanted columns that lie close together.
struct Segment {
  std::size_t begin = 0, end = 0;     // columns
  std::vector<std::size_t> places{};  // in Slice::columns
};

std::vector<Segment> segments_of(const std::vector<std::size_t>& columns) {
  std::vector<std::size_t> order(columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t place) { return columns[place]; });
  std::vector<Segment> segments;
  for (const std::size_t place : order) {
    const std::size_t column = columns[place];
    if (segments.empty() || column > segments.back().end + kWorthJumping) segments.push_back({column, column, {}});
    segments.back().end = column + 1;
    segments.back().places.push_back(place);
  }
  return segments;
}

void append_utf8(std::string& text, std::uint32_t character) {
  const auto tail = [character](int shift) { return static_cast<char>(0x80 | ((character >> shift) & 0x3F)); };
  if (character < 0x80) {
    text += static_cast<char>(character);
  } else if (character < 0x800) {
    text.append({static_cast<char>(0xC0 | (character >> 6)), tail(0)});
  } else if (character < 0x10000) {
    text.append({static_cast<char>(0xE0 | (character >> 12)), tail(6), tail(0)});
  } else {
    text.append({static_cast<char>(0xF0 | (character >> 18)), tail(12), tail(6), tail(0)});
  }
}

}  // namespace

struct ArrayFile::Content {
  InputFile file;
  std::vector<IndexedArray> indexed{};
  std::vector<ArrayInfo> infos{};

  explicit Content(const std::string& path) : file(Source{path, ErrorCode::input}), indexed(index_arrays(file)) {
    infos.reserve(indexed.size());
    for (const IndexedArray& array : indexed) infos.push_back(array.info);
  }

  const IndexedArray& at(const ArrayInfo& info) const {
    const auto found = std::ranges::find(indexed, info.name, [](const IndexedArray& array) { return array.info.name; });
    if (found == indexed.end()) throw std::logic_error("an array of another file");
    return *found;
  }
  Source source_of(const ArrayInfo& info) const {
    const std::string& path = file.source().name;
    return {info.name.empty() ? path : path + ":" + info.name, file.source().code};
  }
  // All bytes of a small array.
  std::vector<std::byte> small(const IndexedArray& array) const {
    std::size_t count = 1;
    for (const std::size_t side : array.info.shape) {
      count = side <= kMaxSmall ? count * side : kMaxSmall + 1;
      if (count > kMaxSmall) source_of(array.info).refuse("is longer than " + std::to_string(kMaxSmall));
    }
    if (count * array.item_bytes > kMaxSmallBytes) source_of(array.info).refuse("is larger than 1 MiB");
    std::vector<std::byte> bytes(count * array.item_bytes);
    const std::unique_ptr<ByteStream> stream = open_array(file, array);
    stream->read(array.begin, bytes);
    stream->finish();
    return bytes;
  }
};

ArrayFile::ArrayFile(std::unique_ptr<Content> content) : content_(std::move(content)) {}
ArrayFile::~ArrayFile() = default;
ArrayFile::ArrayFile(ArrayFile&& other) noexcept = default;

ArrayFile ArrayFile::open(const std::string& path) { return ArrayFile(std::make_unique<Content>(path)); }

const std::string& ArrayFile::path() const { return content_->file.source().name; }
const std::vector<ArrayInfo>& ArrayFile::arrays() const { return content_->infos; }

const ArrayInfo* ArrayFile::find(const std::string& name) const {
  const auto found = std::ranges::find(content_->infos, name, &ArrayInfo::name);
  return found == content_->infos.end() ? nullptr : &*found;
}

void ArrayFile::read_rows(const ArrayInfo& info, const Slice& slice, const Visit& visit) const {
  const IndexedArray& array = content_->at(info);
  if (array.dtype == Dtype::other || info.shape.empty()) throw std::logic_error("an array that cannot be read");
  const std::size_t width = info.shape.back(), item = value_bytes(array.dtype);
  const std::size_t height =
      std::accumulate(info.shape.begin(), info.shape.end() - 1, std::size_t{1}, std::multiplies<>());
  if ((!slice.rows.empty() && slice.rows.back() >= height) || !std::ranges::is_sorted(slice.rows) ||
      std::ranges::any_of(slice.columns, [width](std::size_t column) { return column >= width; })) {
    throw std::logic_error("rows or columns beyond the array");
  }
  const std::vector<Segment> segments = segments_of(slice.columns);
  const std::unique_ptr<ByteStream> stream = open_array(content_->file, array);
  std::vector<std::byte> bytes, wanted(slice.columns.size() * item);
  std::vector<float> values(slice.columns.size());
  for (const std::size_t row : slice.rows) {
    for (const Segment& segment : segments) {
      bytes.resize((segment.end - segment.begin) * item);
      stream->read(array.begin + (row * width + segment.begin) * item, bytes);
      for (const std::size_t place : segment.places) {
        std::memcpy(wanted.data() + place * item, bytes.data() + (slice.columns[place] - segment.begin) * item, item);
      }
    }
    const bool finite = to_floats(wanted.data(), array.dtype, values);
    visit(row, values, finite);
  }
  stream->finish();
}

std::vector<std::int64_t> ArrayFile::read_whole_numbers(const ArrayInfo& info) const {
  const IndexedArray& array = content_->at(info);
  const bool is_long = array.descr == "<i8";
  if (!is_long && array.descr != "<i4") content_->source_of(info).refuse("is not of whole numbers");
  const std::vector<std::byte> bytes = content_->small(array);
  std::vector<std::int64_t> numbers(bytes.size() / array.item_bytes);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::int32_t small = 0;
    if (is_long) {
      std::memcpy(&numbers[i], bytes.data() + 8 * i, 8);
    } else {
      std::memcpy(&small, bytes.data() + 4 * i, 4);
      numbers[i] = small;
    }
  }
  return numbers;
}

std::vector<std::string> ArrayFile::read_texts(const ArrayInfo& info) const {
  const IndexedArray& array = content_->at(info);
  if (!array.descr.starts_with("<U") || array.item_bytes == 0) content_->source_of(info).refuse("is not of texts");
  const std::vector<std::byte> bytes = content_->small(array);
  std::vector<std::string> texts(bytes.size() / array.item_bytes);
  for (std::size_t at = 0; at < bytes.size(); at += 4) {
    std::uint32_t character = 0;
    std::memcpy(&character, bytes.data() + at, 4);
    const bool is_surrogate = character >= 0xD800 && character < 0xE000;
    if (character > 0x10FFFF || is_surrogate) content_->source_of(info).refuse("is not of texts");
    if (character != 0) append_utf8(texts[at / array.item_bytes], character);
  }
  return texts;
}

}  // namespace attnviz::arrays
