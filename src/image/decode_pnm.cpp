// Portable bitmaps, greymaps and pixmaps, P1 to P6, with any greatest value up to 65535. stb_image knows neither the
// text forms nor greatest values other than 255.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>

#include "image/source.hpp"

namespace attnviz::image {
namespace {

constexpr unsigned kMaxMaxval = 65535;

// The numbers of the header, and of the pixels in the text forms.
class PnmReader {
public:
  PnmReader(const Source& source, std::size_t at) : source_(source), at_(at) {}

  std::size_t position() const { return at_; }

  // Numbers beyond a thousand million are of no use here and count as broken.
  std::uint64_t number() {
    skip_blanks();
    std::uint64_t value = 0;
    const std::size_t begin = at_;
    for (; at_ < size() && std::isdigit(byte()) != 0; ++at_) {
      value = value * 10 + static_cast<std::uint64_t>(byte() - '0');
      if (value > 1'000'000'000) source_.fail_broken("PNM");
    }
    if (at_ == begin) source_.fail_broken("PNM");
    return value;
  }

  // P1 may write its digits without blanks between them.
  unsigned bit() {
    skip_blanks();
    if (at_ >= size() || (byte() != '0' && byte() != '1')) source_.fail_broken("PNM");
    return static_cast<unsigned>(source_.bytes[at_++] - '0');
  }

private:
  std::size_t size() const { return source_.bytes.size(); }
  std::uint8_t byte() const { return source_.bytes[at_]; }
  void skip_blanks() {
    for (; at_ < size(); ++at_) {
      if (byte() == '#') {
        while (at_ + 1 < size() && byte() != '\n') ++at_;
      } else if (std::isspace(byte()) == 0) {
        return;
      }
    }
  }

  const Source& source_;
  std::size_t at_;
};

struct PnmHeader {
  int width = 0, height = 0, channels = 1;
  unsigned maxval = 1;
  bool text = false, bitmap = false;

  std::size_t row_values() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels); }
};

std::uint8_t scale(std::uint64_t value, unsigned maxval) {
  return static_cast<std::uint8_t>((std::min<std::uint64_t>(value, maxval) * 255 + maxval / 2) / maxval);
}

PnmHeader read_header(const Source& source, PnmReader& reader) {
  const int kind = source.bytes[1] - '0';
  PnmHeader header;
  header.text = kind <= 3;
  header.bitmap = kind == 1 || kind == 4;
  header.channels = kind == 3 || kind == 6 ? 3 : 1;
  const std::uint64_t width = reader.number(), height = reader.number();
  source.check_size(width, height, "PNM");
  header.width = static_cast<int>(width);
  header.height = static_cast<int>(height);
  const std::uint64_t maxval = header.bitmap ? 1 : reader.number();
  if (maxval == 0 || maxval > kMaxMaxval) source.fail_broken("PNM");
  header.maxval = static_cast<unsigned>(maxval);
  return header;
}

// Ink is 1 in a bitmap: black.
void read_text(PnmReader& reader, const PnmHeader& header, std::vector<std::uint8_t>& values) {
  for (std::uint8_t& value : values) {
    value =
        header.bitmap ? static_cast<std::uint8_t>(reader.bit() != 0 ? 0 : 255) : scale(reader.number(), header.maxval);
  }
}

void read_binary(const std::uint8_t* from, const PnmHeader& header, std::size_t row_bytes,
                 std::vector<std::uint8_t>& values) {
  const std::size_t per_row = header.row_values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint8_t* row = from + i / per_row * row_bytes;
    const std::size_t x = i % per_row;
    if (header.bitmap) {
      values[i] = (row[x / 8] >> (7 - x % 8) & 1) != 0 ? 0 : 255;
    } else if (header.maxval > 255) {
      values[i] = scale(static_cast<std::uint64_t>(row[2 * x] << 8 | row[2 * x + 1]), header.maxval);
    } else {
      values[i] = scale(row[x], header.maxval);
    }
  }
}

}  // namespace

Image decode_pnm(const Source& source) {
  PnmReader reader(source, 2);
  const PnmHeader header = read_header(source, reader);
  const std::size_t row_bytes =
      header.bitmap ? (header.row_values() + 7) / 8 : header.row_values() * (header.maxval > 255 ? 2 : 1);
  const std::size_t begin = reader.position() + (header.text ? 0 : 1);  // one blank ends the header
  // Each value takes at least one byte of text, so this bounds what is allocated in all forms.
  const std::size_t least = static_cast<std::size_t>(header.height) * (header.text ? header.row_values() : row_bytes);
  if (begin > source.bytes.size() || source.bytes.size() - begin < least) source.fail_broken("PNM");
  std::vector<std::uint8_t> values(static_cast<std::size_t>(header.height) * header.row_values());
  if (header.text) {
    read_text(reader, header, values);
  } else {
    read_binary(source.bytes.data() + begin, header, row_bytes, values);
  }
  return to_rgb(values.data(), header.width, header.height, header.channels);
}

}  // namespace attnviz::image
