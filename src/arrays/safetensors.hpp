// Safetensors files: a header length (8 bytes), a JSON header, then the tensors' bytes.
// Everything is checked on opening: header size and JSON, each tensor's dtype, that its bytes lie inside the file, are
// as many as its shape needs and overlap no other's. Throws Error of the source's code, where = the file's name.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "arrays/source.hpp"
#include "arrays/tensor_set.hpp"

namespace attnviz::arrays {

class SafeTensors : public TensorSet {
public:
  // Maps a file into memory. Views are valid while the SafeTensors lives.
  static SafeTensors open(const Source& source);
  static SafeTensors open(const std::string& path) { return open(Source{path}); }
  // Borrows bytes that outlive the SafeTensors. `name` stands for the path in errors.
  static SafeTensors from_bytes(std::span<const std::byte> bytes, const std::string& name);

  const std::string& name() const override { return source_.name; }
  const TensorView* find(const std::string& tensor) const override;
  std::vector<std::string> tensor_names() const override;
  void release(const TensorView& tensor) const override;
  // How many numbers the tensors hold whose names begin with `prefix`.
  std::size_t num_values(const std::string& prefix) const;
  // An entry of __metadata__. Error (model) where it is missing.
  const std::string& metadata(const std::string& key) const;

private:
  SafeTensors(std::span<const std::byte> bytes, Source source);
  void parse(std::span<const std::byte> bytes);

  Source source_;
  std::shared_ptr<const void> mapping_;
  std::map<std::string, TensorView> tensors_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace attnviz::arrays
