// The smallest user of the library: the default model on a grey picture, and one attention layer of its own.
#include <attnviz/attention/cross_attention.hpp>
#include <attnviz/model/model.hpp>
#include <cstdio>

namespace {

// 3 words attend to 10 patches, both of width 8, with 2 heads; all projections are the identity.
float attend() {
  using namespace attnviz::attention;
  attnviz::Matrix identity(8, 8), words(3, 8), patches(10, 8);
  for (std::size_t i = 0; i < 8; ++i) identity(i, i) = 1;
  const auto linear = [&] { return Linear(LinearView{identity, {}}); };  // y = x W^T + b, W [out, in], no b
  const CrossModalAttention layer({linear(), linear(), linear(), linear()}, 2, "example");
  AttentionOptions options;
  options.keep.head_mean = true;
  return layer.forward(words, patches, options).weights.head_mean(0, 0);
}

}  // namespace

int main() {
  const auto model = attnviz::model::load("base");
  const attnviz::Image image(64, 48);
  const auto instruction = model->read("red cup", std::nullopt);
  const auto attended = model->attend(model->encode(image, std::nullopt), instruction);
  std::printf("%s: %zu patches, %zu words; even weight %.1f\n", model->facts().name.c_str(),
              attended.maps.front().num_patches, instruction.words.size(), attend());
}
