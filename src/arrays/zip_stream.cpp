// The bytes of a zip archive's members.
#include <zlib.h>

#include <algorithm>
#include <array>

#include "arrays/zip_file.hpp"
#include "attnviz/core/printable.hpp"

namespace attnviz::arrays {
namespace {

constexpr std::uint64_t kChecked = 16 << 20;  // bytes of a stored member whose checksum is compared
constexpr std::size_t kPart = 64 << 10;
constexpr const char* kWrongSum = "is damaged: its checksum is wrong";

using Part = std::array<std::byte, kPart>;

Bytef* as_bytes(std::byte* bytes) { return reinterpret_cast<Bytef*>(bytes); }

class Member : public ByteStream {
protected:
  Member(const InputFile& file, ZipMember member)
      : file_(file),
        member_(std::move(member)),
        source_{file.source().name + ":" + printable(member_.name), file.source().code} {}

  const InputFile& file_;
  ZipMember member_;
  Source source_;
};

class StoredMember : public Member {
public:
  StoredMember(const InputFile& file, const ZipMember& member) : Member(file, member) {}

  void read(std::uint64_t offset, std::span<std::byte> out) override { file_.read(member_.data_begin + offset, out); }

  void finish() override {
    if (member_.size > kChecked) return;  // reading all of it would cost what slices save
    Part part;
    uLong sum = crc32(0, nullptr, 0);
    for (std::uint64_t at = 0; at < member_.size; at += kPart) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kPart, member_.size - at));
      read(at, {part.data(), count});
      sum = crc32(sum, as_bytes(part.data()), static_cast<uInt>(count));
    }
    if (sum != member_.crc) source_.refuse(kWrongSum);
  }
};

// Unpacks as it goes.
class DeflatedMember : public Member {
public:
  DeflatedMember(const InputFile& file, const ZipMember& member) : Member(file, member) {
    constexpr int kRawWindow = -15;
    if (inflateInit2(&stream_, kRawWindow) != Z_OK) throw std::bad_alloc();
  }
  ~DeflatedMember() override { inflateEnd(&stream_); }
  DeflatedMember(const DeflatedMember&) = delete;
  DeflatedMember& operator=(const DeflatedMember&) = delete;

  void read(std::uint64_t offset, std::span<std::byte> out) override {
    skip_to(offset);
    take(out);
  }

  void finish() override {
    skip_to(member_.size);
    if (sum_ != member_.crc) source_.refuse(kWrongSum);
  }

private:
  void skip_to(std::uint64_t offset) {
    Part part;
    while (at_ < offset) take({part.data(), static_cast<std::size_t>(std::min<std::uint64_t>(kPart, offset - at_))});
  }
  // More than the directory says the member holds is never unpacked.
  void take(std::span<std::byte> out) {
    if (out.size() > member_.size - at_) source_.refuse("is damaged, or ends too early");
    while (!out.empty()) {
      const std::size_t wanted = std::min(kPart, out.size());
      stream_.next_out = as_bytes(out.data());
      stream_.avail_out = static_cast<uInt>(wanted);
      if (stream_.avail_in == 0) refill();
      const int result = inflate(&stream_, Z_NO_FLUSH);
      const std::size_t count = wanted - stream_.avail_out;
      const bool is_stuck =
          count == 0 && (result != Z_OK || (stream_.avail_in == 0 && packed_at_ == member_.packed_size));
      if ((result != Z_OK && result != Z_STREAM_END) || is_stuck) source_.refuse("is damaged, or ends too early");
      sum_ = crc32(sum_, as_bytes(out.data()), static_cast<uInt>(count));
      at_ += count;
      out = out.subspan(count);
    }
  }
  void refill() {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kPart, member_.packed_size - packed_at_));
    file_.read(member_.data_begin + packed_at_, {packed_.data(), count});
    packed_at_ += count;
    stream_.next_in = as_bytes(packed_.data());
    stream_.avail_in = static_cast<uInt>(count);
  }

  z_stream stream_{};
  Part packed_{};
  std::uint64_t at_ = 0, packed_at_ = 0;  // bytes unpacked, bytes taken from the file
  uLong sum_ = crc32(0, nullptr, 0);
};

}  // namespace

std::unique_ptr<ByteStream> open_zip_member(const InputFile& file, const ZipMember& member) {
  if (member.deflated) return std::make_unique<DeflatedMember>(file, member);
  return std::make_unique<StoredMember>(file, member);
}

}  // namespace attnviz::arrays
