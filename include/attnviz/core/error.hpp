// Errors that a user can cause. Every room throws `Error`; only `app` turns one into a message and an exit code.
// Programmer mistakes are asserts or std::logic_error, never `Error`.
#pragma once

#include <stdexcept>
#include <string>

namespace attnviz {

// The process exit codes of the command line. 1 (some items of a batch failed) is no error of one item.
enum class ErrorCode { usage = 2, input = 3, model = 4, output = 5 };

class Error : public std::runtime_error {
public:
  // `where`: path or option; `what`: what is wrong; `hint`: what to do about it (may be empty). Each of one line.
  Error(ErrorCode code, const std::string& where, const std::string& what, const std::string& hint = "")
      : std::runtime_error(where + ": " + what + (hint.empty() ? "" : "; " + hint)), code_(code) {}

  ErrorCode code() const noexcept { return code_; }

private:
  ErrorCode code_;
};

}  // namespace attnviz
