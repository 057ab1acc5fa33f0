// The only writer of files. A set of files appears as a whole or not at all: all are written under temporary names on
// the same disk, then renamed; the report comes last, so its presence says that the set is complete.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace attnviz::app {

class OutputSet {
public:
  // `dir` is created with its parents at the first `add`; checked now, so that a job that cannot end does not begin:
  // Error (output) where it (or a parent) is no directory or not writable.
  explicit OutputSet(std::filesystem::path dir);
  // Takes everything back that was written and not committed, created folders too.
  ~OutputSet();
  OutputSet(const OutputSet&) = delete;
  OutputSet& operator=(const OutputSet&) = delete;

  // `name` is relative to the folder. Error (output) where it cannot be written, for example on a full disk.
  void add(const std::string& name, std::span<const std::uint8_t> bytes);
  void add(const std::string& name, const std::string& text);
  // To the end of a file of the set, which begins empty: for what is longer than memory.
  void append(const std::string& name, const std::string& text);
  // Where the caller itself writes a file before the set is committed: for libraries that take a path.
  std::filesystem::path reserve(const std::string& name);
  // Where a file of that name will be.
  std::filesystem::path place_of(const std::string& name) const { return dir_ / name; }
  // Takes a reserved name back; what was written there is removed.
  void release(const std::string& name);

  const std::vector<std::string>& names() const { return names_; }  // in the order of their first mention

  // What commit would refuse of files with these names: for jobs that should fail before their work, not after it.
  void check_places(const std::vector<std::string>& names, const std::vector<std::string>& own, bool force) const;

  // Removes the files `own` of an earlier set of this job, then moves all into place in the order of `add`.
  // Error (output), and nothing is touched, where a folder or, without `force`, a file that is not in `own` is in the
  // way.
  void commit(const std::vector<std::string>& own = {}, bool force = false);

private:
  std::filesystem::path staged(const std::string& name);

  std::filesystem::path dir_, staging_;
  std::vector<std::filesystem::path> created_dirs_;
  std::vector<std::string> names_;
};

// Error (output) where a file could not be written there: for jobs that should fail before their work, not after it.
void check_file_place(const std::filesystem::path& path);

// One file, whole or not at all. Error (output).
void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
void write_file(const std::filesystem::path& path, const std::string& text);

}  // namespace attnviz::app
