#include "arrays/zip_file.hpp"

#include <minizip/unzip.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <set>

#include "attnviz/core/printable.hpp"

namespace attnviz::arrays {
namespace {

constexpr std::size_t kMaxMembers = 10'000, kMaxName = 255;
constexpr std::uint64_t kChecked = 16 << 20;  // bytes of a stored member whose checksum is compared
constexpr std::uint64_t kBombBytes = std::uint64_t{64} << 20, kBombRatio = 200;
constexpr std::size_t kPart = 64 << 10;
constexpr unsigned kEncrypted = 1, kStored = 0, kDeflated = 8;

// minizip reads through these: it knows files by FILE* only.
struct Cursor {
  const InputFile* file;
  std::uint64_t at = 0;
  bool ended = false;  // before all was read; minizip takes the end of a file for zeros otherwise
};

voidpf open_cursor(voidpf opaque, const void*, int) { return new Cursor{static_cast<const InputFile*>(opaque)}; }

uLong read_cursor(voidpf, voidpf stream, void* out, uLong size) {
  auto* cursor = static_cast<Cursor*>(stream);
  const std::size_t count = cursor->file->read_some(cursor->at, {static_cast<std::byte*>(out), size});
  cursor->at += count;
  cursor->ended = count < size;
  return count;
}

ZPOS64_T tell_cursor(voidpf, voidpf stream) { return static_cast<Cursor*>(stream)->at; }

long seek_cursor(voidpf, voidpf stream, ZPOS64_T offset, int origin) {
  auto* cursor = static_cast<Cursor*>(stream);
  const std::uint64_t size = cursor->file->size();
  const std::uint64_t from = origin == ZLIB_FILEFUNC_SEEK_SET   ? 0
                             : origin == ZLIB_FILEFUNC_SEEK_CUR ? cursor->at
                                                                : size;
  if (offset > size - std::min(from, size)) return -1;
  cursor->at = from + offset;
  return 0;
}

int close_cursor(voidpf, voidpf stream) {
  delete static_cast<Cursor*>(stream);
  return 0;
}

int error_of(voidpf, voidpf stream) { return static_cast<Cursor*>(stream)->ended ? 1 : 0; }

struct CloseZip {
  void operator()(void* zip) const { unzClose(zip); }
};
using Zip = std::unique_ptr<void, CloseZip>;

[[noreturn]] void refuse_broken(const Source& source) {
  source.refuse("is a broken zip archive: truncated, or damaged");
}

Zip open_zip(const InputFile& file) {
  zlib_filefunc64_def functions{open_cursor, read_cursor,  nullptr,  tell_cursor,
                                seek_cursor, close_cursor, error_of, const_cast<InputFile*>(&file)};
  Zip zip(unzOpen2_64("", &functions));
  if (zip == nullptr) refuse_broken(file.source());
  return zip;
}

Source named(const InputFile& file, const std::string& member) {
  return {file.source().name + ":" + printable(member), file.source().code};
}

void check_kind(const ZipMember& member, const unz_file_info64& facts, const Source& source) {
  if ((facts.flag & kEncrypted) != 0) source.refuse("is encrypted", "save it without a password");
  if (facts.compression_method != kStored && facts.compression_method != kDeflated) {
    source.refuse("is packed in a way that is not read", "save it with np.savez or np.savez_compressed");
  }
  if (!member.deflated && member.size != member.packed_size) refuse_broken(source);
  if (member.size > kBombBytes && member.size / kBombRatio > member.packed_size) {
    source.refuse("unpacks from " + std::to_string(member.packed_size) + " bytes to " + std::to_string(member.size) +
                      ": a zip bomb, or hardly anything but zeros",
                  "save it unpacked with np.savez");
  }
}

// The member that the directory stands at.
ZipMember read_member(const Zip& zip, const InputFile& file) {
  unz_file_info64 facts{};
  std::array<char, kMaxName + 1> name{};
  if (unzGetCurrentFileInfo64(zip.get(), &facts, name.data(), name.size(), nullptr, 0, nullptr, 0) != UNZ_OK) {
    refuse_broken(file.source());
  }
  if (facts.size_filename == 0 || facts.size_filename > kMaxName) file.source().refuse("has a member with an odd name");
  ZipMember member;
  member.name.assign(name.data(), facts.size_filename);
  if (printable(member.name) != member.name) file.source().refuse("has a member with an odd name");
  const Source source = named(file, member.name);
  member.size = facts.uncompressed_size;
  member.packed_size = facts.compressed_size;
  member.crc = static_cast<std::uint32_t>(facts.crc);
  member.deflated = facts.compression_method == kDeflated;
  check_kind(member, facts, source);

  unz64_file_pos position{};
  int method = 0, level = 0;
  constexpr int kRaw = 1;
  if (unzGetFilePos64(zip.get(), &position) != UNZ_OK ||
      unzOpenCurrentFile2(zip.get(), &method, &level, kRaw) != UNZ_OK) {
    refuse_broken(source);
  }
  member.directory_offset = position.pos_in_zip_directory;
  member.number = position.num_of_file;
  member.data_begin = unzGetCurrentFileZStreamPos64(zip.get());
  unzCloseCurrentFile(zip.get());
  if (member.data_begin > file.size() || member.packed_size > file.size() - member.data_begin) {
    source.refuse("lies outside the file: the archive is truncated, or broken");
  }
  return member;
}

void check_overlaps(std::vector<ZipMember> members, const InputFile& file) {
  std::ranges::sort(members, {}, &ZipMember::data_begin);
  for (std::size_t i = 1; i < members.size(); ++i) {
    const ZipMember& before = members[i - 1];
    if (before.data_begin + before.packed_size <= members[i].data_begin) continue;
    file.source().refuse("has members that overlap: '" + before.name + "' and '" + members[i].name + "'");
  }
}

// Unpacks as it goes.
class DeflatedMember : public ByteStream {
public:
  DeflatedMember(const InputFile& file, const ZipMember& member)
      : source_(named(file, member.name)), size_(member.size), zip_(open_zip(file)) {
    unz64_file_pos position{member.directory_offset, member.number};
    if (unzGoToFilePos64(zip_.get(), &position) != UNZ_OK || unzOpenCurrentFile(zip_.get()) != UNZ_OK) {
      refuse_broken(source_);
    }
  }

  void read(std::uint64_t offset, std::span<std::byte> out) override {
    skip_to(offset);
    take(out);
  }

  void finish() override {
    skip_to(size_);
    if (unzCloseCurrentFile(zip_.get()) != UNZ_OK) source_.refuse("is damaged: its checksum is wrong");
  }

private:
  void skip_to(std::uint64_t offset) {
    std::array<std::byte, kPart> part;
    while (at_ < offset) take({part.data(), static_cast<std::size_t>(std::min<std::uint64_t>(kPart, offset - at_))});
  }
  void take(std::span<std::byte> out) {
    while (!out.empty()) {
      const auto wanted = static_cast<unsigned>(std::min(kPart, out.size()));
      const int count = unzReadCurrentFile(zip_.get(), out.data(), wanted);
      if (count <= 0) source_.refuse("is damaged, or ends too early");
      at_ += static_cast<unsigned>(count);
      out = out.subspan(static_cast<std::size_t>(count));
    }
  }

  Source source_;
  std::uint64_t size_, at_ = 0;
  Zip zip_;
};

void check_stored(const InputFile& file, const ZipMember& member) {
  if (member.size > kChecked) return;  // reading all of it would cost what slices save
  std::array<std::byte, kPart> part;
  uLong sum = crc32(0, nullptr, 0);
  for (std::uint64_t at = 0; at < member.size; at += kPart) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kPart, member.size - at));
    file.read(member.data_begin + at, {part.data(), count});
    sum = crc32(sum, reinterpret_cast<const Bytef*>(part.data()), static_cast<uInt>(count));
  }
  if (sum != member.crc) named(file, member.name).refuse("is damaged: its checksum is wrong");
}

class StoredMember : public FilePart {
public:
  StoredMember(const InputFile& file, const ZipMember& member)
      : FilePart(file, member.data_begin), file_(file), member_(member) {}
  void finish() override { check_stored(file_, member_); }

private:
  const InputFile& file_;
  ZipMember member_;
};

}  // namespace

std::vector<ZipMember> list_zip(const InputFile& file) {
  const Zip zip = open_zip(file);
  unz_global_info64 facts{};
  if (unzGetGlobalInfo64(zip.get(), &facts) != UNZ_OK) refuse_broken(file.source());
  if (facts.number_entry > kMaxMembers)
    file.source().refuse("has more than " + std::to_string(kMaxMembers) + " members");
  std::vector<ZipMember> members;
  std::set<std::string> names;
  int found = facts.number_entry == 0 ? UNZ_END_OF_LIST_OF_FILE : unzGoToFirstFile(zip.get());
  for (; found == UNZ_OK; found = unzGoToNextFile(zip.get())) {
    members.push_back(read_member(zip, file));
    if (!names.insert(members.back().name).second) {
      file.source().refuse("has two members of the name '" + members.back().name + "'");
    }
  }
  if (found != UNZ_END_OF_LIST_OF_FILE || members.size() != facts.number_entry) refuse_broken(file.source());
  check_overlaps(members, file);
  return members;
}

std::unique_ptr<ByteStream> open_zip_member(const InputFile& file, const ZipMember& member) {
  if (member.deflated) return std::make_unique<DeflatedMember>(file, member);
  return std::make_unique<StoredMember>(file, member);
}

}  // namespace attnviz::arrays
