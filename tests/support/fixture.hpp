// Reads the safetensors fixtures of tests/reference/data/.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "arrays/safetensors.hpp"
#include "attnviz/core/image.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::test {

class Fixture {
public:
  explicit Fixture(const std::string& file)
      : tensors_(arrays::SafeTensors::open(std::string(ATTNVIZ_TEST_DATA) + "/reference/data/" + file)) {}

  std::vector<std::size_t> shape(const std::string& name) const { return at(name).shape; }

  template <typename T>
  std::vector<T> values(const std::string& name) const {
    const arrays::TensorView& tensor = at(name);
    std::vector<T> out(tensor.bytes.size() / sizeof(T));
    std::memcpy(out.data(), tensor.bytes.data(), out.size() * sizeof(T));
    return out;
  }
  // All axes but the last become rows.
  Matrix matrix(const std::string& name) const {
    const std::vector<float> flat = values<float>(name);
    const std::size_t cols = shape(name).back();
    Matrix out(flat.size() / cols, cols);
    std::ranges::copy(flat, out.data());
    return out;
  }
  Image image(const std::string& name) const {
    const std::vector<std::size_t> size = shape(name);
    Image out(static_cast<int>(size.at(1)), static_cast<int>(size.at(0)));
    out.rgb = values<std::uint8_t>(name);
    return out;
  }

private:
  const arrays::TensorView& at(const std::string& name) const {
    const arrays::TensorView* tensor = tensors_.find(name);
    if (tensor == nullptr) throw std::runtime_error("the fixture has no tensor " + name);
    return *tensor;
  }

  arrays::SafeTensors tensors_;
};

// The largest absolute difference; infinite where shapes differ or a value is no number.
inline double max_difference(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size() || a.empty()) return INFINITY;
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::fabs(static_cast<double>(a[i]) - b[i]);
    if (!(difference <= worst)) worst = std::isnan(difference) ? INFINITY : difference;
  }
  return worst;
}
inline double max_difference(const Matrix& a, const Matrix& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return INFINITY;
  return max_difference(std::span(a.data(), a.rows() * a.cols()), std::span(b.data(), b.rows() * b.cols()));
}

}  // namespace attnviz::test
