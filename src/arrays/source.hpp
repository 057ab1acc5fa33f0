// A file as errors speak of it.
#pragma once

#include <string>

#include "attnviz/core/error.hpp"

namespace attnviz::arrays {

// Whose fault a broken file is: a model's (exit code 4) or an input's (3).
struct Source {
  std::string name;  // its path, or what stands for it
  ErrorCode code = ErrorCode::model;

  [[noreturn]] void refuse(const std::string& what, const std::string& hint = "") const {
    throw Error(code, name, what, hint);
  }
};

}  // namespace attnviz::arrays
