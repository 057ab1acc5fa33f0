#include "attnviz/app/outputs.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <unordered_set>

#include "attnviz/core/error.hpp"

namespace attnviz::app {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& why) {
  throw Error(ErrorCode::output, path.string(), "cannot be written: " + why, "choose another place");
}

// `named`: the path in errors. `mode`: O_EXCL for a new file, O_APPEND for the end of one.
void write_all(const fs::path& path, std::span<const std::uint8_t> bytes, const fs::path& named, int mode = O_EXCL) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | mode | O_CLOEXEC, 0666);
  if (file < 0) fail(named, std::strerror(errno));
  std::size_t done = 0;
  int error = 0;
  while (done < bytes.size() && error == 0) {
    const ssize_t written = ::write(file, bytes.data() + done, bytes.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (::close(file) != 0 && error == 0) error = errno;  // some file systems report a full disk only here
  if (error != 0) fail(named, std::strerror(error));
}

void check_folder(const fs::path& folder, const std::string& hint) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) throw Error(ErrorCode::output, folder.string(), "is not a folder", hint);
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw Error(ErrorCode::output, folder.string(), "is not writable", hint);
  }
}

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The folder itself where it exists, else the nearest parent that does.
fs::path nearest_existing(fs::path path) {
  std::error_code error;
  while (!path.empty() && !fs::exists(path, error) && path != path.parent_path()) path = path.parent_path();
  return path.empty() ? fs::path(".") : path;
}

}  // namespace

OutputSet::OutputSet(fs::path dir) : dir_(std::move(dir)) {
  check_folder(nearest_existing(dir_), "choose another with --out");
}

OutputSet::~OutputSet() {
  std::error_code ignored;
  if (!staging_.empty()) fs::remove_all(staging_, ignored);
  // Innermost first; a folder that has files by now stays.
  for (auto dir = created_dirs_.rbegin(); dir != created_dirs_.rend(); ++dir) fs::remove(*dir, ignored);
}

// Where a file of the set waits for the commit; its folder is made.
fs::path OutputSet::staged(const std::string& name) {
  std::error_code error;
  if (staging_.empty()) {
    std::vector<fs::path> missing;
    for (fs::path p = dir_; !p.empty() && !fs::exists(p, error); p = p.parent_path()) missing.push_back(p);
    for (auto p = missing.rbegin(); p != missing.rend(); ++p) {
      if (fs::create_directory(*p, error)) created_dirs_.push_back(*p);
      if (error) fail(*p, error.message());
    }
    // Not named by the process: in containers every run has the same number, and a killed run leaves its folder.
    std::string name_pattern = (dir_ / ".attnviz-XXXXXX").string();
    if (::mkdtemp(name_pattern.data()) == nullptr) fail(dir_, std::strerror(errno));
    staging_ = name_pattern;
  }
  fs::path path = staging_ / name;
  fs::create_directories(path.parent_path(), error);
  if (error) fail(dir_ / name, error.message());
  return path;
}

void OutputSet::add(const std::string& name, std::span<const std::uint8_t> bytes) {
  write_all(staged(name), bytes, dir_ / name);
  names_.push_back(name);
}

void OutputSet::add(const std::string& name, const std::string& text) { add(name, bytes_of(text)); }

void OutputSet::append(const std::string& name, const std::string& text) {
  write_all(staged(name), bytes_of(text), dir_ / name, O_APPEND);
  if (std::ranges::find(names_, name) == names_.end()) names_.push_back(name);
}

fs::path OutputSet::reserve(const std::string& name) {
  fs::path path = staged(name);
  names_.push_back(name);
  return path;
}

void OutputSet::release(const std::string& name) {
  std::error_code ignored;
  fs::remove(staging_ / name, ignored);
  std::erase(names_, name);
}

// What would stop a rename half-way is found before the first one.
void OutputSet::check_places(const std::vector<std::string>& names, const std::vector<std::string>& own,
                             bool force) const {
  std::error_code error;
  const std::unordered_set<std::string> replaced(own.begin(), own.end());  // of a video: thousands
  for (const std::string& name : names) {
    const fs::path target = dir_ / name, folder = target.parent_path();
    if (fs::exists(folder, error)) check_folder(folder, "choose another folder with --out");
    if (fs::is_directory(target, error)) fail(target, "a folder is in the way");
    if (!force && fs::exists(target, error) && !replaced.contains(name)) {
      throw Error(ErrorCode::output, target.string(), "is there already, and no report says that it is this job's",
                  "choose another folder with --out or overwrite with --force");
    }
  }
}

void OutputSet::commit(const std::vector<std::string>& own, bool force) {
  check_places(names_, own, force);
  std::error_code error;
  for (const std::string& name : own) fs::remove(dir_ / name, error);
  for (const std::string& name : names_) {
    const fs::path target = dir_ / name;
    const fs::path folder = target.parent_path();
    if (!fs::exists(folder, error)) {
      fs::create_directory(folder, error);
      if (error) fail(folder, error.message());
      created_dirs_.push_back(folder);
    }
    fs::rename(staging_ / name, target, error);
    if (error) fail(target, error.message());
  }
  std::unordered_set<std::string> folders;
  for (const std::string& name : own) folders.insert(fs::path(name).parent_path().string());
  for (const std::string& folder : folders) {
    if (!folder.empty()) fs::remove(dir_ / folder, error);  // only where nothing is left in it
  }
}

void check_file_place(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) fail(path, "it is a folder");
  check_folder(path.has_parent_path() ? path.parent_path() : fs::path("."), "give another path");
}

void write_file(const fs::path& path, const std::string& text) { write_file(path, bytes_of(text)); }

void write_file(const fs::path& path, std::span<const std::uint8_t> bytes) {
  const fs::path temporary = path.string() + ".attnviz-" + std::to_string(::getpid()) + ".tmp";
  std::error_code error;
  try {
    write_all(temporary, bytes, path);
    fs::rename(temporary, path, error);
    if (error) fail(path, error.message());
  } catch (...) {
    fs::remove(temporary, error);
    throw;
  }
}

}  // namespace attnviz::app
