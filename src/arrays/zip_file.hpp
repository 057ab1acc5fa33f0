// Members of a zip archive, stored or deflated, with the extensions for more than 4 GB (APPNOTE.TXT, 4.3 to 4.5).
// Everything is checked on opening: encrypted members, other ways of packing, members that lie outside the file or
// overlap, members that blow up (zip bombs), names that are odd or there twice. Throws Error of the file's code.
// The directory is read here and not by minizip: Debian's does not find what lies beyond 4 GB.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "arrays/byte_stream.hpp"

namespace attnviz::arrays {

struct ZipMember {
  std::string name;
  std::uint64_t size = 0, packed_size = 0;
  std::uint64_t data_begin = 0;  // of the packed bytes in the file
  std::uint32_t crc = 0;
  bool deflated = false;
};

std::vector<ZipMember> list_zip(const InputFile& file);
// Of a deflated member, finish() reads the rest and compares its checksum; of a stored one, where it is small. `file`
// must outlive the stream.
std::unique_ptr<ByteStream> open_zip_member(const InputFile& file, const ZipMember& member);

}  // namespace attnviz::arrays
