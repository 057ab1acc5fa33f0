// Softmax over a stream of keys: scores lie as [keys, lanes], one lane a row of attention (a word and a head), so that
// nothing is ever summed across a vector. (Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018.)
#pragma once

#include <cstddef>

namespace attnviz::attention {

// What stands for "not attended" among scores: finite, so that a stretch of masked keys makes no NaN.
inline constexpr float kMaskedScore = -3.0e38f;

// The running state of each lane; all [lanes].
struct SoftmaxState {
  float* max = nullptr;    // highest score so far; begins at kMaskedScore
  float* sum = nullptr;    // of exp(score - max) so far; begins at 0
  float* carry = nullptr;  // what rounding took from `sum` (Kahan); begins at 0
  float* check = nullptr;  // 0 as long as all scores were finite; begins at 0
};

// Turns scores [keys, lanes] (rows `stride` floats apart) into exp(score - max) and brings the state up to date; decay
// [lanes] becomes exp(old max - new max), by which everything summed so far is to be multiplied. `lanes` is a multiple
// of 16.
void softmax_block(float* scores, std::size_t keys, std::size_t lanes, std::size_t stride, const SoftmaxState& state,
                   float* decay);

// factors[i] = exp(from[i] - to[i]) * scale[i], all [count], count a multiple of 16.
void exp_differences(const float* from, const float* to, const float* scale, std::size_t count, float* factors);

// y[c, r] = x[r, c]: x [rows, cols].
void transpose(const float* x, std::size_t x_stride, std::size_t rows, std::size_t cols, float* y,
               std::size_t y_stride);

// Rows of weights, [count]: y = factor * x (y may be x), y = y + x, y = max(y, x).
void scale_into(const float* x, float factor, std::size_t count, float* y);
void add_into(const float* x, std::size_t count, float* y);
void max_into(const float* x, std::size_t count, float* y);

}  // namespace attnviz::attention
