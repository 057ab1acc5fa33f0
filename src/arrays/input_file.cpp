#include "arrays/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace attnviz::arrays {

// Non-blocking: opening a named pipe must not wait for a writer.
InputFile::InputFile(Source source)
    : source_(std::move(source)), descriptor_(::open(source_.name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  struct stat facts {};
  std::string problem;
  if (descriptor_ < 0 || ::fstat(descriptor_, &facts) != 0) {
    problem = std::strerror(errno);
  } else if (!S_ISREG(facts.st_mode)) {
    problem = "not a file";
  } else if (facts.st_size == 0) {
    problem = "the file is empty";
  }
  if (problem.empty()) {
    size_ = static_cast<std::uint64_t>(facts.st_size);
    return;
  }
  if (descriptor_ >= 0) ::close(descriptor_);
  source_.refuse(problem);
}

InputFile::~InputFile() { ::close(descriptor_); }

std::size_t InputFile::read_some(std::uint64_t offset, std::span<std::byte> out) const noexcept {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t count = ::pread(descriptor_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

void InputFile::read(std::uint64_t offset, std::span<std::byte> out) const {
  if (offset > size_ || out.size() > size_ - offset || read_some(offset, out) != out.size()) {
    source_.refuse("ends too early: the file is truncated");
  }
}

}  // namespace attnviz::arrays
