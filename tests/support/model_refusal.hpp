// What a broken model file is answered with.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <span>
#include <string>

#include "attnviz/core/error.hpp"
#include "model/grounding_model.hpp"
#include "support/model_file.hpp"

namespace attnviz::test {

inline void load_bytes(const std::string& bytes) {
  const auto file = arrays::SafeTensors::from_bytes(std::as_bytes(std::span(bytes)), "m.safetensors");
  const model::GroundingModel loaded(file);
}

// The message of the error that loading ends in.
inline std::string refusal(const std::string& bytes) {
  try {
    load_bytes(bytes);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::model);
    const std::string message = error.what();
    CHECK(message.starts_with("m.safetensors: "));
    CHECK(message.find('\n') == std::string::npos);
    CHECK(message.size() < 400);
    return message;
  }
  return "(loaded without an error)";
}
inline std::string refusal(const ModelFile& file) { return refusal(file.bytes()); }

// doctest shows both sides where it fails.
inline void check_mentions(const std::string& message, std::initializer_list<const char*> parts) {
  for (const std::string part : parts) {
    CAPTURE(message);
    CAPTURE(part);
    CHECK(message.find(part) != std::string::npos);
  }
}

}  // namespace attnviz::test
