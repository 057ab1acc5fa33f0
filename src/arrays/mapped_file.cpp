#include "arrays/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace attnviz::arrays {
namespace {

class FileDescriptor {
public:
  // Non-blocking: opening a named pipe must not wait for a writer.
  explicit FileDescriptor(const std::string& path) : value_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~FileDescriptor() {
    if (value_ >= 0) ::close(value_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int value() const { return value_; }

private:
  int value_;
};

}  // namespace

MappedFile map_file(const Source& source) {
  const FileDescriptor file(source.name);
  struct stat facts {};
  if (file.value() < 0 || ::fstat(file.value(), &facts) != 0) {
    source.refuse(std::strerror(errno));
  }
  if (!S_ISREG(facts.st_mode)) source.refuse("not a file");
  const auto size = static_cast<std::size_t>(facts.st_size);
  if (size == 0) source.refuse("the file is empty");
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value(), 0);
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
