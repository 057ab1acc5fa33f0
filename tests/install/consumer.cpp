// The smallest user of the library: the default model on a grey picture.
#include <attnviz/model/model.hpp>
#include <attnviz/text/segment.hpp>
#include <cstdio>

int main() {
  const auto model = attnviz::model::load("base");
  const attnviz::Image image(64, 48);
  const auto words = attnviz::text::segment("red cup", model->vocabulary());
  const auto attended = model->attend(model->encode(image, model->default_patches()), words);
  std::printf("%s: %zu patches, %zu words\n", model->facts().name.c_str(), attended.maps.num_patches, words.size());
}
