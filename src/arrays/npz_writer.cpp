#include "attnviz/arrays/npz_writer.hpp"

#include <minizip/zip.h>

#include <algorithm>

#include "attnviz/core/error.hpp"

namespace attnviz::arrays {
namespace {

constexpr std::size_t kPart = std::size_t{1} << 20;
constexpr std::uint64_t kLarge = 0xFFFF0000;  // from there on a member needs the extension for 4 GB and more

// Format 1.0; the numbers begin at a multiple of 64 bytes, as NumPy has it.
std::string npy_header(const std::string& descr, const std::vector<std::size_t>& shape) {
  std::string dictionary = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (";
  for (const std::size_t side : shape) dictionary.append(std::to_string(side)).append(", ");
  if (shape.size() > 1) dictionary.resize(dictionary.size() - 2);
  if (shape.size() == 1) dictionary.resize(dictionary.size() - 1);
  dictionary += "), }";
  constexpr std::size_t kPrelude = 10, kAlign = 64;
  const std::size_t bytes = (kPrelude + dictionary.size() + 1 + kAlign - 1) / kAlign * kAlign - kPrelude;
  dictionary.resize(bytes - 1, ' ');
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(bytes & 255U);
  header += static_cast<char>(bytes >> 8U);
  return header + dictionary + "\n";
}

// Code points of valid UTF-8.
std::vector<std::uint32_t> code_points(const std::string& text) {
  std::vector<std::uint32_t> points;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) {
      points.push_back(byte < 0x80 ? byte : byte < 0xE0 ? byte & 0x1FU : byte < 0xF0 ? byte & 0x0FU : byte & 0x07U);
    } else if (!points.empty()) {
      points.back() = points.back() << 6U | (byte & 0x3FU);
    }
  }
  return points;
}

}  // namespace

NpzWriter::NpzWriter(const std::filesystem::path& path)
    : path_(path), zip_(zipOpen64(path.c_str(), APPEND_STATUS_CREATE)) {
  if (zip_ == nullptr) throw Error(ErrorCode::output, path_.string(), "cannot be written");
}

NpzWriter::~NpzWriter() {
  if (zip_ != nullptr) zipClose(zip_, nullptr);
}

void NpzWriter::add_member(const std::string& name, const std::string& header, std::span<const std::byte> numbers) {
  zip_fileinfo facts{};
  facts.tmz_date.tm_mday = 1;  // zip's first day: what is the same has the same bytes
  facts.tmz_date.tm_year = 1980;
  const bool large = numbers.size() > kLarge;
  int result = zipOpenNewFileInZip64(zip_, (name + ".npy").c_str(), &facts, nullptr, 0, nullptr, 0, nullptr, 0, 0,
                                     large ? 1 : 0);
  const auto write = [&](const void* bytes, std::size_t count) {
    if (result == ZIP_OK) result = zipWriteInFileInZip(zip_, bytes, static_cast<unsigned>(count));
  };
  write(header.data(), header.size());
  for (std::size_t at = 0; at < numbers.size(); at += kPart) {
    write(numbers.data() + at, std::min(kPart, numbers.size() - at));
  }
  if (result == ZIP_OK) result = zipCloseFileInZip(zip_);
  if (result != ZIP_OK) throw Error(ErrorCode::output, path_.string(), "cannot be written", "is the disk full?");
}

void NpzWriter::add(const std::string& name, const std::vector<std::size_t>& shape, std::span<const float> values) {
  add_member(name, npy_header("<f4", shape), std::as_bytes(values));
}

void NpzWriter::add(const std::string& name, std::initializer_list<std::int64_t> numbers) {
  add_member(name, npy_header("<i8", {numbers.size()}), std::as_bytes(std::span(numbers.begin(), numbers.size())));
}

void NpzWriter::add(const std::string& name, const std::vector<std::string>& texts) {
  std::vector<std::vector<std::uint32_t>> points;
  std::size_t longest = 1;
  for (const std::string& text : texts) {
    points.push_back(code_points(text));
    longest = std::max(longest, points.back().size());
  }
  std::vector<std::uint32_t> all;
  for (std::vector<std::uint32_t>& of_text : points) {
    of_text.resize(longest);
    all.insert(all.end(), of_text.begin(), of_text.end());
  }
  add_member(name, npy_header("<U" + std::to_string(longest), {texts.size()}), std::as_bytes(std::span(all)));
}

void NpzWriter::finish() {
  const int result = zipClose(zip_, nullptr);
  zip_ = nullptr;
  if (result != ZIP_OK) throw Error(ErrorCode::output, path_.string(), "cannot be written", "is the disk full?");
}

}  // namespace attnviz::arrays
