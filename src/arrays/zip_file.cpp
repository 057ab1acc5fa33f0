#include "arrays/zip_file.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>

#include "attnviz/core/printable.hpp"

namespace attnviz::arrays {
namespace {

constexpr std::size_t kMaxMembers = 10'000, kMaxName = 255;
constexpr std::uint64_t kMaxDirectory = 16 << 20;
constexpr std::uint64_t kBombBytes = std::uint64_t{64} << 20, kBombRatio = 200;
constexpr std::uint64_t kElsewhere = 0xFFFFFFFF;  // the number stands in the extension
constexpr unsigned kEncrypted = 1, kStored = 0, kDeflated = 8;

[[noreturn]] void refuse_broken(const Source& source) {
  source.refuse("is a broken zip archive: truncated, or damaged");
}

// Little-endian numbers of a piece of the file; beyond its end: broken.
class Piece {
public:
  Piece(const InputFile& file, std::uint64_t begin, std::uint64_t size) : source_(file.source()) {
    if (begin > file.size() || size > file.size() - begin) refuse_broken(source_);
    bytes_.resize(size);
    file.read(begin, std::as_writable_bytes(std::span(bytes_)));
  }

  std::size_t size() const { return bytes_.size(); }
  std::uint64_t number(std::size_t at, std::size_t width) const {
    std::uint64_t value = 0;
    std::memcpy(&value, part(at, width).data(), width);
    return value;
  }
  std::string_view part(std::size_t at, std::size_t count) const {
    if (at > bytes_.size() || count > bytes_.size() - at) refuse_broken(source_);
    return std::string_view(bytes_).substr(at, count);
  }
  std::string_view all() const { return bytes_; }

private:
  const Source& source_;
  std::string bytes_;
};

struct Directory {
  std::uint64_t begin = 0, size = 0, members = 0;
};

Directory find_directory(const InputFile& file) {
  constexpr std::uint64_t kEnd = 22, kLongestComment = 0xFFFF, kLocator = 20;
  const std::uint64_t size = std::min(file.size(), kEnd + kLongestComment + kLocator);
  const Piece tail(file, file.size() - size, size);
  const std::size_t end = tail.all().rfind("PK\x05\x06");
  if (end == std::string_view::npos) refuse_broken(file.source());
  tail.part(end + kEnd, tail.number(end + 20, 2));  // the comment
  Directory directory{tail.number(end + 16, 4), tail.number(end + 12, 4), tail.number(end + 10, 2)};
  if (end >= kLocator && tail.part(end - kLocator, 4) == "PK\x06\x07") {
    const Piece large(file, tail.number(end - kLocator + 8, 8), 56);
    if (large.part(0, 4) != "PK\x06\x06") refuse_broken(file.source());
    directory = {large.number(48, 8), large.number(40, 8), large.number(32, 8)};
  }
  if (directory.members > kMaxMembers) {
    file.source().refuse("has more than " + std::to_string(kMaxMembers) + " members");
  }
  if (directory.size > kMaxDirectory) refuse_broken(file.source());
  return directory;
}

// An entry of the directory: numbers of 32 bits, or of 64 in the extension 1.
struct Entry {
  ZipMember member;
  unsigned flag = 0, method = 0;
  std::uint64_t header_begin = 0;
  std::size_t bytes = 0;  // of the entry itself
};

void read_extension(const Piece& directory, std::size_t at, std::size_t size, Entry& entry) {
  for (const std::size_t end = at + size; at + 4 <= end;) {
    const std::size_t id = directory.number(at, 2), next = at + 4 + directory.number(at + 2, 2);
    at += 4;
    for (std::uint64_t* number : {&entry.member.size, &entry.member.packed_size, &entry.header_begin}) {
      if (id != 1 || *number != kElsewhere || at + 8 > next) continue;
      *number = directory.number(at, 8);
      at += 8;
    }
    at = next;
  }
}

Entry read_entry(const Piece& directory, std::size_t at, const Source& source) {
  constexpr std::size_t kFixed = 46;
  if (directory.part(at, 4) != "PK\x01\x02") refuse_broken(source);
  const std::size_t name = directory.number(at + 28, 2), extra = directory.number(at + 30, 2);
  Entry entry;
  entry.flag = static_cast<unsigned>(directory.number(at + 8, 2));
  entry.method = static_cast<unsigned>(directory.number(at + 10, 2));
  entry.member.deflated = entry.method == kDeflated;
  entry.member.crc = static_cast<std::uint32_t>(directory.number(at + 16, 4));
  entry.member.packed_size = directory.number(at + 20, 4);
  entry.member.size = directory.number(at + 24, 4);
  entry.header_begin = directory.number(at + 42, 4);
  entry.member.name = directory.part(at + kFixed, name);
  entry.bytes = kFixed + name + extra + directory.number(at + 32, 2);
  read_extension(directory, at + kFixed + name, extra, entry);
  return entry;
}

Source named(const InputFile& file, const std::string& member) {
  return {file.source().name + ":" + printable(member), file.source().code};
}

void check(const Entry& entry, const Source& source) {
  const ZipMember& member = entry.member;
  if ((entry.flag & kEncrypted) != 0) source.refuse("is encrypted", "save it without a password");
  if (entry.method != kStored && entry.method != kDeflated) {
    source.refuse("is packed in a way that is not read", "save it with np.savez or np.savez_compressed");
  }
  if (!member.deflated && member.size != member.packed_size) refuse_broken(source);
  if (member.size > kBombBytes && member.size / kBombRatio > member.packed_size) {
    source.refuse("unpacks from " + std::to_string(member.packed_size) + " bytes to " + std::to_string(member.size) +
                      ": a zip bomb, or hardly anything but zeros",
                  "save it unpacked with np.savez");
  }
}

// Where the packed bytes begin: after the member's own header, which says the same name.
std::uint64_t data_begin(const InputFile& file, const Entry& entry, const Directory& directory) {
  constexpr std::uint64_t kFixed = 30;
  const Source source = named(file, entry.member.name);
  if (entry.header_begin > directory.begin) source.refuse("lies outside the file: the archive is truncated, or broken");
  const std::size_t name = entry.member.name.size();
  const Piece header(file, entry.header_begin, kFixed + name);
  if (header.part(0, 4) != "PK\x03\x04" || header.number(26, 2) != name ||
      header.part(kFixed, name) != entry.member.name || header.number(8, 2) != entry.method) {
    refuse_broken(source);
  }
  const std::uint64_t begin = entry.header_begin + kFixed + name + header.number(28, 2);
  if (begin > directory.begin || entry.member.packed_size > directory.begin - begin) {
    source.refuse("lies outside the file: the archive is truncated, or broken");
  }
  return begin;
}

void check_overlaps(std::vector<ZipMember> members, const InputFile& file) {
  std::ranges::sort(members, {}, &ZipMember::data_begin);
  for (std::size_t i = 1; i < members.size(); ++i) {
    const ZipMember& before = members[i - 1];
    if (before.data_begin + before.packed_size <= members[i].data_begin && before.data_begin != members[i].data_begin) {
      continue;
    }
    file.source().refuse("has members that overlap: '" + before.name + "' and '" + members[i].name + "'");
  }
}

}  // namespace

std::vector<ZipMember> list_zip(const InputFile& file) {
  const Directory place = find_directory(file);
  const Piece directory(file, place.begin, place.size);
  std::vector<ZipMember> members;
  std::set<std::string> names;
  for (std::size_t at = 0; members.size() < place.members;) {
    Entry entry = read_entry(directory, at, file.source());
    ZipMember& member = entry.member;
    if (member.name.empty() || member.name.size() > kMaxName || printable(member.name) != member.name) {
      file.source().refuse("has a member with an odd name");
    }
    if (!names.insert(member.name).second) {
      file.source().refuse("has two members of the name '" + member.name + "'");
    }
    check(entry, named(file, member.name));
    member.data_begin = data_begin(file, entry, place);
    at += entry.bytes;
    members.push_back(std::move(member));
  }
  check_overlaps(members, file);
  return members;
}

}  // namespace attnviz::arrays
