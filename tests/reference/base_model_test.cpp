// The shipped model against PyTorch, stage by stage. After each export: training/fixture.py writes the fixture anew.
#include "attnviz/model/model.hpp"
#include "reference/forward_check.hpp"

using namespace attnviz;

TEST_CASE("the forward pass of the shipped model agrees with PyTorch within 1e-4") {
  const auto file = arrays::SafeTensors::open(std::string(ATTNVIZ_SOURCE_DIR) + "/assets/models/base.safetensors");
  test::check_forward(model::GroundingModel(file), test::Fixture("base_forward.safetensors"), 1e-4);
}

TEST_CASE("the model inside the program is the one in the tree") {
  const auto embedded = model::load("base");
  const auto from_file = model::load(std::string(ATTNVIZ_SOURCE_DIR) + "/assets/models/base.safetensors");
  CHECK(embedded->facts().name == "base");
  CHECK(embedded->vocabulary().entries.size() == from_file->vocabulary().entries.size());
  CHECK(embedded->vocabulary().find("红色") != nullptr);
  Image image(64, 48);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<std::uint8_t>(i * 37);
  const model::EncodedImage a = embedded->encode(image, 48), b = from_file->encode(image, 48);
  CHECK(test::max_difference(a.patches, b.patches) == 0);
}
