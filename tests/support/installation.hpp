// A copy of the program in a tree as it is installed, with models of the test's own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/model_file.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace attnviz::test {

// <prefix>/bin/attnviz, <prefix>/bin/models, <prefix>/share/attnviz/models
class Installation {
public:
  static constexpr const char *kBeside = "bin/models", *kShare = "share/attnviz/models";

  Installation() {
    std::filesystem::create_directories(dir_ / "bin/models");
    std::filesystem::create_directories(dir_ / "share/attnviz/models");
    std::filesystem::copy_file(ATTNVIZ_BINARY, dir_ / "bin/attnviz");
  }
  void add(const std::string& folder, const std::string& name, const ModelFile& model) const {
    write_bytes(dir_ / (folder + "/" + name + ".safetensors"), model.bytes());
  }
  Outcome attnviz(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), dir_ / "bin/attnviz");
    return run(arguments);
  }
  const TempDir& dir() const { return dir_; }

private:
  TempDir dir_;
};

inline ModelFile named(ModelFile model, const std::string& name) {
  model.edit_config([&name](nlohmann::json& config) { config["name"] = name; });
  return model;
}

}  // namespace attnviz::test
