// Peak resident memory of a program that holds a large image's tokens and, with the argument "call", attends to them.
// Prints kilobytes. The difference of the two is what a call needs beyond its inputs: working memory and results.
// Usage: memory THREADS call|nothing
#include <cstdio>
#include <cstdlib>
#include <string>

#include "attnviz/core/parallel.hpp"
#include "peak_memory.hpp"
#include "random_layer.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  attnviz::set_num_threads(std::strtoul(argv[1], nullptr, 10));
  constexpr std::size_t kWords = 64, kPatches = 65'536, kDim = 256, kHeads = 16;
  const auto layer = own::attention_layer(kDim, kHeads);
  const attnviz::Matrix words = own::tokens(kWords, kDim), patches = own::tokens(kPatches, kDim);
  if (std::string(argv[2]) == "call") {
    attnviz::attention::AttentionOptions options;
    options.keep.head_mean = true;
    options.keep.top_k = 5;
    if (layer.forward(words, patches, options).weights.top.size() != kWords) return 1;
  }
  std::printf("%s\n", own::peak_kilobytes().c_str());
}
