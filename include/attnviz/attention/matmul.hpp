// The matrix product of the whole program: y = activation(x w^T + bias) + residual, float32.
//
//   x         [m, k]   any stride
//   w         [n, k]   packed once (weights at load, keys per call)
//   bias      [n]      or empty
//   residual  [m, n]   or empty; may be y itself
//   y         [m, n]   any stride; must not overlap x
//
// Every element is one chain of multiply-adds over k in ascending order, so results depend neither on the number of
// threads nor on m. They may differ in the last bits between instruction sets (fused multiply-add or not).
// Shapes that do not fit are programmer mistakes (std::logic_error): callers check what users can cause.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "attnviz/core/buffer.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::attention {

// A right-hand side w [n, k] in the order in which the kernel reads it: panels of kPanelWidth rows of w, each [k,
// kPanelWidth], the last one filled up with zeros. Owns its memory; move-only.
class PackedMatrix {
public:
  static constexpr std::size_t kPanelWidth = 16;
  // Writes row `row` of w into `out` (k values). Called once a row, from several threads. None: values stay unset.
  using RowSource = std::function<void(std::size_t row, std::span<float> out)>;

  PackedMatrix() = default;
  explicit PackedMatrix(ConstMatrixView w);  // w [n, k]
  // `arena`: where the memory comes from, for weights that live together; null: its own.
  PackedMatrix(std::size_t n, std::size_t k, const RowSource& source, BufferArena* arena = nullptr);
  static PackedMatrix from_transposed(ConstMatrixView transposed);  // w^T [k, n]

  std::size_t rows() const { return rows_; }  // n
  std::size_t cols() const { return cols_; }  // k
  std::size_t num_panels() const { return (rows_ + kPanelWidth - 1) / kPanelWidth; }
  void unpack_row(std::size_t row, std::span<float> out) const;  // out [k]
  const float* panel(std::size_t index) const { return values_.data() + index * cols_ * kPanelWidth; }

private:
  PackedMatrix(std::size_t n, std::size_t k, BufferArena* arena);
  float* panel(std::size_t index) { return values_.data() + index * cols_ * kPanelWidth; }

  std::size_t rows_ = 0, cols_ = 0;
  Buffer values_;  // [num_panels, k, kPanelWidth]
};

enum class Activation {
  none,
  relu,
  relu6,
  gelu,  // x * (share of the normal distribution below x) (Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016)
  gelu_tanh,   // its approximation there by tanh
  quick_gelu,  // x * sigmoid(1.702 x), the one that CLIP was trained with
};

// What happens to a sum before it is written.
struct Epilogue {
  std::span<const float> bias{};
  Activation activation = Activation::none;
  ConstMatrixView residual{};
};

void matmul_transposed(ConstMatrixView x, const PackedMatrix& w, MatrixView y, const Epilogue& epilogue = {});

// For a right-hand side that is used once: packs w [n, k] and multiplies.
void matmul_transposed(ConstMatrixView x, ConstMatrixView w, MatrixView y, const Epilogue& epilogue = {});

}  // namespace attnviz::attention
