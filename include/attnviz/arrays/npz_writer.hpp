// Writes arrays as NumPy's np.savez does: a zip archive of stored .npy members, little-endian, in C order. np.load
// opens it without pickle. Throws Error (output), where = the path, for a file that cannot be written, on a full disk
// too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace attnviz::arrays {

class NpzWriter {
public:
  explicit NpzWriter(const std::filesystem::path& path);
  ~NpzWriter();
  NpzWriter(const NpzWriter&) = delete;
  NpzWriter& operator=(const NpzWriter&) = delete;

  // float32; `values`: as many as the shape says.
  void add(const std::string& name, const std::vector<std::size_t>& shape, std::span<const float> values);
  void add(const std::string& name, std::initializer_list<std::int64_t> numbers);  // int64 [count]
  void add(const std::string& name, const std::vector<std::string>& texts);        // Unicode [count], of valid UTF-8
  // The archive's directory; nothing is whole before.
  void finish();

private:
  void add_member(const std::string& name, const std::string& header, std::span<const std::byte> numbers);

  std::filesystem::path path_;
  void* zip_ = nullptr;
};

}  // namespace attnviz::arrays
