// Where model files are: inside the program, beside it, in the share folder of its installation.
#pragma once

#include <string>
#include <vector>

#include "arrays/safetensors.hpp"
#include "model/config.hpp"

namespace attnviz::model {

struct ModelFile {
  std::string name;
  std::string path;  // empty: inside the program

  // Throws Error (model).
  arrays::SafeTensors open() const;
};

// Every name once, in the order of their places (attnviz/model/model.hpp), then by name.
std::vector<ModelFile> named_model_files();

// Whether a model goes by that name.
bool is_named_model(const std::string& name);

// A name's file where there is one, else the file at that path. Throws Error (model).
arrays::SafeTensors open_model(const std::string& name_or_path);

// The file with the encoders that `user` asks for: of that name, or beside `user` itself, and with that id.
// Throws Error (model) where there is none.
arrays::SafeTensors open_encoders(const SharedEncoders& wanted, const arrays::SafeTensors& user);

}  // namespace attnviz::model
