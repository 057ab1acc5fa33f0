// .npy bytes and zip archives for tests, whole and broken in every way one likes.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace attnviz::test {

inline std::string little(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

// `dictionary`: the header as NumPy writes it.
inline std::string npy_bytes(const std::string& dictionary, const std::string& data) {
  return std::string("\x93NUMPY\x01\x00", 8) + little(dictionary.size() + 1, 2) + dictionary + "\n" + data;
}

inline std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text;
  for (const std::size_t side : shape) text += std::to_string(side) + ", ";
  return "(" + text + ")";
}

inline std::string npy_dictionary(const std::string& descr, const std::string& shape, bool fortran = false) {
  return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
}

inline std::string float_bytes(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

inline std::string npy_of(const std::vector<std::size_t>& shape, const std::vector<float>& values) {
  return npy_bytes(npy_dictionary("<f4", shape_text(shape)), float_bytes(values));
}

// One member of an archive; what is not as it should be is said here.
struct ZipPart {
  std::string name, data;
  unsigned flag = 0, method = 0;     // 8: deflated, packed as it is written
  std::uint32_t crc_change = 0;      // makes the checksum wrong
  std::int64_t size_change = 0;      // of the unpacked size that is claimed
  std::uint64_t local_offset = ~0u;  // where the directory says that it begins; ~0: where it does
};

inline std::string deflated(const std::string& data) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string zip_bytes(const std::vector<ZipPart>& parts) {
  std::string file, directory;
  for (const ZipPart& part : parts) {
    const std::string packed = part.method == 8 ? deflated(part.data) : part.data;
    const auto* raw = reinterpret_cast<const Bytef*>(part.data.data());
    const auto crc = static_cast<std::uint32_t>(crc32(0, raw, static_cast<uInt>(part.data.size()))) + part.crc_change;
    const std::uint64_t size = part.data.size() + static_cast<std::uint64_t>(part.size_change);
    const std::string facts = little(20, 2) + little(part.flag, 2) + little(part.method, 2) + little(0, 4) +
                              little(crc, 4) + little(packed.size(), 4) + little(size, 4) +
                              little(part.name.size(), 2) + little(0, 2);
    const std::uint64_t begin = part.local_offset == ~0u ? file.size() : part.local_offset;
    directory += "PK\x01\x02" + little(20, 2) + facts + little(0, 10) + little(begin, 4) + part.name;
    file += "PK\x03\x04" + facts + part.name + packed;
  }
  const std::string end = little(0, 4) + little(parts.size(), 2) + little(parts.size(), 2) +
                          little(directory.size(), 4) + little(file.size(), 4) + little(0, 2);
  return file + directory + "PK\x05\x06" + end;
}

}  // namespace attnviz::test
