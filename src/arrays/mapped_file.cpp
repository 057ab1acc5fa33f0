#include "arrays/mapped_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "arrays/input_file.hpp"

namespace attnviz::arrays {

MappedFile map_file(const Source& source) {
  const InputFile file(source);
  const auto size = static_cast<std::size_t>(file.size());
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
  if (address == MAP_FAILED) source.refuse(std::strerror(errno));
  MappedFile mapped;
  mapped.bytes = {static_cast<const std::byte*>(address), size};
  mapped.keep_alive =
      std::shared_ptr<const void>(address, [size](const void* begin) { ::munmap(const_cast<void*>(begin), size); });
  return mapped;
}

void drop_pages(std::span<const std::byte> bytes) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data()), end = begin + bytes.size();
  // Whole pages inside alone: the others belong to neighbours, too.
  const std::uintptr_t first = (begin + page - 1) / page * page, last = end / page * page;
  if (first >= last) return;
  ::madvise(const_cast<std::byte*>(bytes.data()) + (first - begin), last - first, MADV_DONTNEED);
}

}  // namespace attnviz::arrays
