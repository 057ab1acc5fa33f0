#include "arrays/npy.hpp"

#include <charconv>
#include <limits>
#include <map>

#include "arrays/safetensors.hpp"

namespace attnviz::arrays {
namespace {

constexpr std::size_t kMaxRank = 32;

// Reads the one dictionary that NumPy writes; anything else is refused.
class HeaderParser {
public:
  HeaderParser(std::string_view text, const Source& source) : rest_(text), source_(source) {}

  NpyHeader parse() {
    expect('{');
    while (!take('}')) {
      const std::string key = parse_string();
      expect(':');
      parse_value(key);
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (!rest_.empty() || seen_ != 7) complain();
    return header_;
  }

private:
  [[noreturn]] void complain() const { source_.refuse("has a broken .npy header"); }

  void skip_spaces() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) rest_.remove_prefix(1);
  }
  bool take(char c) {
    skip_spaces();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) complain();
  }
  bool take_word(std::string_view word) {
    skip_spaces();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::string parse_string() {
    const char quote = take('\'') ? '\'' : '"';
    if (quote == '"') expect('"');
    const std::size_t end = rest_.find(quote);
    if (end == std::string_view::npos) complain();
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }

  void parse_value(const std::string& key) {
    int bit = 0;
    if (key == "descr") {
      bit = 1;
      if (take('[')) source_.refuse("is a structured array", "save one field: np.save(path, a['attention'])");
      header_.descr = parse_string();
    } else if (key == "fortran_order") {
      bit = 2;
      header_.fortran_order = take_word("True");
      if (!header_.fortran_order && !take_word("False")) complain();
    } else if (key == "shape") {
      bit = 4;
      parse_shape();
    }
    if (bit == 0 || (seen_ & bit) != 0) complain();
    seen_ |= bit;
  }

  void parse_shape() {
    expect('(');
    while (!take(')')) {
      skip_spaces();
      std::size_t side = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), side);
      if (error == std::errc::result_out_of_range) source_.refuse("has an absurd shape");
      if (error != std::errc()) complain();
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      header_.shape.push_back(side);
      if (header_.shape.size() > kMaxRank) source_.refuse("has an absurd shape");
      if (!take(',')) {
        expect(')');
        break;
      }
    }
  }

  std::string_view rest_;
  const Source& source_;
  NpyHeader header_;
  int seen_ = 0;  // which of the three keys
};

constexpr const char* kAsFloat = "save it as float32: np.save(path, a.astype('<f4'))";

std::string spelled(const std::string& descr) { return "'" + descr.substr(0, 16) + "'"; }

// Types that are no numbers of ours.
NpyType other_type(const std::string& descr) {
  NpyType type{Dtype::other, spelled(descr), 0, {}, kAsFloat};
  const char kind = descr.size() > 1 ? descr[1] : ' ';
  std::size_t width = 0;
  if (descr.size() > 2) std::from_chars(descr.data() + 2, descr.data() + descr.size(), width);
  type.item_bytes = kind == 'U' ? (width < (1U << 20) ? 4 * width : 0) : width;
  if (kind == 'O') {
    type.item_bytes = 0;
    type.problem = "holds Python objects (a pickle), which are not read";
  } else if (kind == 'c') {
    type.problem = "holds complex numbers";
  } else if (kind == 'i' || kind == 'u' || kind == 'b') {
    type.problem = "holds whole numbers, not weights";
  } else if (kind == 'V') {
    type.problem = "is of the untyped dtype " + spelled(descr);
    type.hint = "NumPy has no bfloat16: save float32 with a.astype('<f4'), or bfloat16 as .safetensors";
  } else {
    type.problem = "is of dtype " + spelled(descr) + ", not of floating-point numbers";
  }
  return type;
}

}  // namespace

NpyPrelude parse_npy_prelude(std::span<const std::byte> bytes, const Source& source) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kNpyMagic)) source.refuse("is no .npy file");
  if (bytes.size() < kNpyPreludeBytes) source.refuse("ends too early: the file is truncated");
  const auto byte = [&](std::size_t at) { return std::to_integer<std::size_t>(bytes[at]); };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0) {
    source.refuse("is .npy of format " + std::to_string(version) + "." + std::to_string(byte(7)) +
                  ", formats 1.0 to 3.0 are read");
  }
  NpyPrelude prelude;
  prelude.header_begin = version == 1 ? 10 : 12;
  prelude.header_bytes = byte(8) | byte(9) << 8;
  if (version > 1) prelude.header_bytes |= byte(10) << 16 | byte(11) << 24;
  if (prelude.header_bytes > kMaxNpyHeader) source.refuse("has an absurdly long .npy header");
  return prelude;
}

NpyHeader parse_npy_header(std::string_view text, const Source& source) { return HeaderParser(text, source).parse(); }

NpyType npy_type(const NpyHeader& header) {
  // ml_dtypes (JAX) writes bfloat16 as '<V2'; NumPy's own untyped bytes are '|V2'.
  static const std::map<std::string, NpyType> kFloats{{"<f2", {Dtype::f16, "float16", 2, {}, {}}},
                                                      {"<f4", {Dtype::f32, "float32", 4, {}, {}}},
                                                      {"<f8", {Dtype::f64, "float64", 8, {}, {}}},
                                                      {"<V2", {Dtype::bf16, "bfloat16", 2, {}, {}}},
                                                      {"bfloat16", {Dtype::bf16, "bfloat16", 2, {}, {}}}};
  const auto found = kFloats.find(header.descr);
  NpyType type = found != kFloats.end() ? found->second : other_type(header.descr);
  if (type.dtype == Dtype::other && header.descr.starts_with('>')) {
    type.problem = "is big-endian (dtype " + spelled(header.descr) + ")";
  } else if (type.dtype != Dtype::other && header.fortran_order && header.shape.size() > 1) {
    type.problem = "is in Fortran order";
    type.hint = "save it in C order: np.save(path, np.ascontiguousarray(a))";
  }
  return type;
}

std::uint64_t bytes_of(const std::vector<std::size_t>& shape, std::size_t item_bytes, const Source& source) {
  std::uint64_t bytes = item_bytes;
  bool is_empty = false;
  for (const std::size_t side : shape) is_empty = is_empty || side == 0;
  for (const std::size_t side : shape) {
    if (is_empty) break;
    if (bytes > std::numeric_limits<std::uint64_t>::max() / side) {
      source.refuse("has the absurd shape " + to_string(shape));
    }
    bytes *= side;
  }
  return is_empty ? 0 : bytes;
}

}  // namespace attnviz::arrays
