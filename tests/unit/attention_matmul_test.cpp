// The matrix product against the reference. unit.attention_isa runs it on every instruction set.
#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <string>

#include "attention/reference.hpp"
#include "attnviz/attention/matmul.hpp"
#include "support/isa_line.hpp"
#include "support/random_matrix.hpp"

using namespace attnviz;
using namespace attnviz::attention;

namespace {

struct Shape {
  std::size_t m, k, n;
};

// Odd sizes on purpose: less than a panel, less than a tile, one more than either; and a few tasks' worth.
const std::vector<Shape> kShapes{{1, 1, 1},    {1, 7, 16},   {3, 192, 192}, {6, 16, 17}, {13, 5, 15},
                                 {49, 33, 31}, {12, 64, 48}, {100, 27, 32}, {5, 0, 3},   {97, 130, 3},
                                 {2, 1280, 9}, {23, 3, 100}, {400, 112, 70}};

double worst_error(const Shape& shape, Activation activation, bool with_bias, bool with_residual) {
  const Matrix x = test::random_matrix(shape.m, shape.k, 1), w = test::random_matrix(shape.n, shape.k, 2);
  const Matrix bias = test::random_matrix(1, shape.n, 3), residual = test::random_matrix(shape.m, shape.n, 4);
  Epilogue epilogue;
  epilogue.activation = activation;
  if (with_bias) epilogue.bias = bias.row(0);
  if (with_residual) epilogue.residual = residual;
  Matrix y(shape.m, shape.n);
  matmul_transposed(x, w.view(), y, epilogue);
  const auto expected = reference::matmul_transposed(reference::DoubleMatrix(x), w, epilogue.bias, activation);
  double worst = 0;
  for (std::size_t r = 0; r < shape.m; ++r) {
    for (std::size_t c = 0; c < shape.n; ++c) {
      const double want = expected(r, c) + (with_residual ? residual(r, c) : 0.0f);
      worst = std::max(worst, std::fabs(y(r, c) - want));
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("the product agrees with the reference") {
  for (const Shape& shape : kShapes) {
    CAPTURE(shape.m);
    CAPTURE(shape.k);
    CAPTURE(shape.n);
    const double tolerance = 3e-6 * std::sqrt(static_cast<double>(shape.k) + 1);
    CHECK(worst_error(shape, Activation::none, false, false) < tolerance);
    CHECK(worst_error(shape, Activation::relu, true, false) < tolerance);
    CHECK(worst_error(shape, Activation::relu6, true, true) < tolerance);
    CHECK(worst_error(shape, Activation::gelu, true, true) < tolerance);
  }
}

TEST_CASE("activations are their definitions, far out too") {
  constexpr std::size_t kCount = 12001;
  Matrix x(kCount, 1);
  for (std::size_t i = 0; i < kCount; ++i) x(i, 0) = (static_cast<float>(i) - 6000) / 100;  // -60 to 60
  Matrix one(1, 1), y(kCount, 1);
  one(0, 0) = 1;
  for (const Activation activation : {Activation::gelu, Activation::gelu_tanh, Activation::quick_gelu}) {
    matmul_transposed(x, one.view(), y, {{}, activation, {}});
    const auto expected = reference::matmul_transposed(reference::DoubleMatrix(x), one, {}, activation);
    double worst = 0;
    for (std::size_t i = 0; i < kCount; ++i) {
      worst = std::max(worst, std::fabs(y(i, 0) - expected(i, 0)) / std::max(1.0, std::fabs(expected(i, 0))));
    }
    CHECK(worst < 5e-7);
  }
}

TEST_CASE("strided views are read and written without touching their neighbours") {
  Matrix x = test::random_matrix(9, 40, 5), y(9, 50);
  const Matrix w = test::random_matrix(19, 12, 6);
  for (std::size_t i = 0; i < 9 * 50; ++i) y.data()[i] = 77.0f;
  matmul_transposed(x.view().columns(8, 12), w.view(), y.view().columns(3, 19));
  Matrix part(9, 12);
  for (std::size_t r = 0; r < 9; ++r) {
    for (std::size_t c = 0; c < 12; ++c) part(r, c) = x(r, 8 + c);
  }
  const auto expected = reference::matmul_transposed(reference::DoubleMatrix(part), w);
  for (std::size_t r = 0; r < 9; ++r) {
    for (std::size_t c = 0; c < 50; ++c) {
      const bool inside = c >= 3 && c < 22;
      CHECK(y(r, c) == doctest::Approx(inside ? expected(r, c - 3) : 77.0).epsilon(1e-5));
    }
  }
}

TEST_CASE("packing a transposed matrix gives the same product") {
  const Matrix x = test::random_matrix(4, 21, 7), w = test::random_matrix(18, 21, 8);
  Matrix transposed(21, 18), y1(4, 18), y2(4, 18);
  for (std::size_t r = 0; r < 18; ++r) {
    for (std::size_t c = 0; c < 21; ++c) transposed(c, r) = w(r, c);
  }
  matmul_transposed(x, w.view(), y1);
  matmul_transposed(x, PackedMatrix::from_transposed(transposed), y2);
  for (std::size_t i = 0; i < 4 * 18; ++i) CHECK(y1.data()[i] == y2.data()[i]);
}

TEST_CASE("a row's result does not depend on how many rows there are") {
  const Matrix x = test::random_matrix(130, 65, 9), w = test::random_matrix(300, 65, 10);
  Matrix all(130, 300), one(1, 300);
  matmul_transposed(x, w.view(), all);
  for (const std::size_t row : {0u, 47u, 48u, 129u}) {
    matmul_transposed(ConstMatrixView(x.row(row).data(), 1, 65), w.view(), one);
    for (std::size_t c = 0; c < 300; ++c) CHECK(one(0, c) == all(row, c));
  }
}

TEST_CASE("the residual may be the result itself") {
  const Matrix x = test::random_matrix(20, 8, 11), w = test::random_matrix(21, 8, 12);
  Matrix y = test::random_matrix(20, 21, 13), product(20, 21);
  const Matrix before = y;
  matmul_transposed(x, w.view(), product);
  matmul_transposed(x, w.view(), y, {{}, Activation::none, y});
  for (std::size_t i = 0; i < 20 * 21; ++i) CHECK(y.data()[i] == product.data()[i] + before.data()[i]);
}

TEST_CASE("shapes that do not fit are refused") {
  Matrix x(2, 3), w(4, 5), y(2, 4), bias(1, 3);
  CHECK_THROWS_AS(matmul_transposed(x, w.view(), y), std::logic_error);
  Matrix good(4, 3), small(2, 3);
  CHECK_THROWS_AS(matmul_transposed(x, good.view(), small), std::logic_error);
  CHECK_THROWS_AS(matmul_transposed(x, good.view(), y, {bias.row(0)}), std::logic_error);
  CHECK_THROWS_AS(matmul_transposed(x, good.view(), y, {{}, Activation::none, small}), std::logic_error);
}
