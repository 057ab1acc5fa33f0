// What the driver (bench_peers.py) asks of a library that is compared with attnviz: one cross-attention layer, made
// once, run often. A peer is a shared library that defines make_peer and peer_version; interface.cpp wraps them in C.
//
//   words    [num_words, model_dim]     weight[i]  [model_dim, model_dim], row = output, as PyTorch keeps it
//   patches  [num_patches, model_dim]   bias[i]    [model_dim];  i: query, key, value, output
//   output   [num_words, model_dim]     weights    [num_words, num_patches], the mean over the heads
//
// All float32, row-major, dense. The inputs outlive the peer. Mistakes are exceptions of any kind.
#pragma once

#include <cstddef>
#include <memory>

struct PeerShape {
  std::size_t num_words, num_patches, model_dim, num_heads, num_threads;
  std::size_t head_dim() const { return model_dim / num_heads; }
};

struct PeerInputs {
  const float *words, *patches;
  const float* weight[4];
  const float* bias[4];
};

class Peer {
public:
  virtual ~Peer() = default;
  virtual void run() = 0;
  // Of the last run. `weights` is null for peers made without them.
  virtual void copy_result(float* output, float* weights) const = 0;
  // Which way it takes to the result, where there is a choice.
  virtual const char* path() const { return ""; }
};

std::unique_ptr<Peer> make_peer(const PeerShape& shape, const PeerInputs& inputs, bool with_weights);
const char* peer_version();
