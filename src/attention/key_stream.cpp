#include "attention/key_stream.hpp"

#include <algorithm>
#include <utility>

#include "attention/kernels/matmul_kernel.hpp"
#include "attention/panels.hpp"
#include "attnviz/core/parallel.hpp"

namespace attnviz::attention {

KeyStream::KeyStream(const PackedMatrix& queries, std::size_t value_dim, std::size_t first_key, const LaneMask& mask,
                     MatrixView rows)
    : queries_(queries),
      padded_lanes_(round_up(queries.rows(), kWidth)),
      value_dim_(value_dim),
      next_key_(first_key),
      mask_(mask),
      rows_(rows),
      state_(Buffer::recycled(kNumArrays * padded_lanes_)),
      sums_(Buffer::recycled(queries.rows() * value_dim)) {
  std::fill_n(array(kMax), padded_lanes_, kMaskedScore);
  for (const Array zero : {kSum, kCarry, kCheck}) std::fill_n(array(zero), padded_lanes_, 0.0f);
}

void KeyStream::step(ConstMatrixView keys, ConstMatrixView values) {
  const std::size_t count = keys.rows();
  if (any_attended(count)) {
    if (scores_.size() < count * padded_lanes_) scores_ = Buffer::recycled(count * padded_lanes_);
    const MatrixView scores(scores_.data(), count, padded_lanes_);
    score(keys, scores);
    apply_mask(scores);
    softmax_block(scores.data(), count, padded_lanes_, padded_lanes_,
                  {array(kMax), array(kSum), array(kCarry), array(kCheck)}, array(kDecay));
    add_weighted(scores, values);
    write_rows(scores);
  } else if (rows_.data() != nullptr) {
    for (std::size_t lane = 0; lane < lanes(); ++lane) {
      std::ranges::fill(rows_.row(lane).subspan(next_key_, count), 0.0f);
    }
  }
  next_key_ += count;
}

// scores = keys queries^T
void KeyStream::score(ConstMatrixView keys, MatrixView scores) const {
  MatmulBlock product;
  product.x = keys.data();
  product.x_row = keys.stride();
  product.rows = keys.rows();
  product.k = keys.cols();
  product.w = queries_.panel(0);
  product.w_panel = keys.cols() * kWidth;
  product.cols = padded_lanes_;
  product.y = scores.data();
  product.y_stride = padded_lanes_;
  multiply_block(product);
}

// sums = decay * sums + exps^T values; exps [keys of the block, padded lanes]
void KeyStream::add_weighted(ConstMatrixView exps, ConstMatrixView values) {
  MatmulBlock product;
  product.x = exps.data();
  product.x_row = 1;
  product.x_step = padded_lanes_;
  product.rows = lanes();
  product.k = exps.rows();
  product.w = values.data();
  product.w_panel = kWidth;
  product.w_step = values.stride();
  product.cols = value_dim_;
  if (begun_) product.decay = array(kDecay);
  product.y = sums_.data();
  product.y_stride = value_dim_;
  multiply_block(product);
  begun_ = true;
}

bool KeyStream::any_attended(std::size_t count) const {
  const auto attends = [](std::uint8_t attended) { return attended != 0; };
  if (!mask_.keys.empty() && std::ranges::none_of(mask_.keys.subspan(next_key_, count), attends)) return false;
  if (mask_.pairs == nullptr) return true;
  for (std::size_t word = 0; word < mask_.num_words; ++word) {
    if (mask_.pairs->num_attended(mask_.first_word + word, next_key_, count) > 0) return true;
  }
  return false;
}

// scores [keys of the block, padded lanes]
void KeyStream::apply_mask(MatrixView scores) const {
  for (std::size_t key = 0; key < scores.rows() && !mask_.keys.empty(); ++key) {
    if (mask_.keys[next_key_ + key] == 0) std::ranges::fill(scores.row(key), kMaskedScore);
  }
  for (std::size_t lane = 0; lane < lanes() && mask_.pairs != nullptr; ++lane) {
    const std::size_t word = mask_.first_word + (mask_.first_lane + lane) % mask_.num_words;
    if (mask_.pairs->num_attended(word, next_key_, scores.rows()) == scores.rows()) continue;
    const auto attends = mask_.pairs->row(word).subspan(next_key_, scores.rows());
    for (std::size_t key = 0; key < scores.rows(); ++key) {
      if (attends[key] == 0) scores(key, lane) = kMaskedScore;
    }
  }
}

void KeyStream::write_rows(ConstMatrixView scores) {
  if (rows_.data() == nullptr) return;
  transpose(scores.data(), padded_lanes_, scores.rows(), lanes(), rows_.data() + next_key_, rows_.stride());
  blocks_.push_back({next_key_, scores.rows()});
  block_max_.insert(block_max_.end(), array(kMax), array(kMax) + padded_lanes_);
}

bool KeyStream::merge_state(std::span<KeyStream> parts, std::vector<float>& max, std::vector<float>& share) {
  const std::size_t padded = parts.front().padded_lanes_;
  const std::vector<float> ones(padded, 1.0f);
  max.assign(padded, kMaskedScore);
  share.assign(padded, 0.0f);
  for (KeyStream& part : parts) {
    for (std::size_t lane = 0; lane < padded; ++lane) max[lane] = std::max(max[lane], part.array(kMax)[lane]);
  }
  for (KeyStream& part : parts) {  // from here on, decay is the part's factor
    exp_differences(part.array(kMax), max.data(), ones.data(), padded, part.array(kDecay));
    for (std::size_t lane = 0; lane < padded; ++lane) share[lane] += part.array(kSum)[lane] * part.array(kDecay)[lane];
  }
  for (float& value : share) value = 1.0f / value;
  const std::size_t lanes = parts.front().lanes();
  // A score as low as what stands for a masked one would pass for it.
  if (std::ranges::any_of(std::span(max).first(lanes), [](float highest) { return highest <= kMaskedScore; }))
    return false;
  return std::ranges::all_of(parts, [lanes](KeyStream& part) {
    return std::all_of(part.array(kCheck), part.array(kCheck) + lanes, [](float check) { return check == 0; });
  });
}

bool KeyStream::finish(std::span<KeyStream> parts, MatrixView sums, const RowDone& row_done) {
  std::vector<float> max, share;  // [padded lanes]
  if (!merge_state(parts, max, share)) return false;
  parallel_for(parts.front().padded_lanes_ / kWidth, [&](std::size_t panel) {
    std::vector<std::vector<float>> factors;  // of each part
    for (const KeyStream& part : parts) factors.push_back(part.row_factors(panel, max, share));
    const std::size_t first = panel * kWidth, end = std::min(first + kWidth, parts.front().lanes());
    for (std::size_t lane = first; lane < end; ++lane) {
      merge_sums(parts, lane, share[lane], sums.row(lane));
      for (std::size_t i = 0; i < parts.size(); ++i) parts[i].scale_row(lane, factors[i]);
      if (row_done) row_done(lane);
    }
  });
  return true;
}

void KeyStream::merge_sums(std::span<KeyStream> parts, std::size_t lane, float share, std::span<float> sum) {
  std::ranges::fill(sum, 0.0f);
  for (KeyStream& part : parts) {
    if (!part.begun_) continue;
    const float factor = part.array(kDecay)[lane] * share;
    const float* add = part.sums_.data() + lane * part.value_dim_;
    for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += factor * add[c];
  }
}

// What makes weights of each block's rows, for the lanes of one panel: [blocks, kWidth].
std::vector<float> KeyStream::row_factors(std::size_t panel, const std::vector<float>& max,
                                          const std::vector<float>& share) const {
  std::vector<float> factors(blocks_.size() * kWidth);
  const std::size_t lane = panel * kWidth;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    exp_differences(block_max_.data() + b * padded_lanes_ + lane, max.data() + lane, share.data() + lane, kWidth,
                    factors.data() + b * kWidth);
  }
  return factors;
}

void KeyStream::scale_row(std::size_t lane, const std::vector<float>& factors) const {
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const float factor = factors[b * kWidth + lane % kWidth];
    float* row = rows_.row(lane).data() + blocks_[b].first_key;
    scale_into(row, factor, blocks_[b].num_keys, row);
  }
}

}  // namespace attnviz::attention
