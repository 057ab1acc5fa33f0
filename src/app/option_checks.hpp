// Checks of option values, and CLI11's complaints in the contract's form.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace attnviz::app {

CLI::Validator whole_number(long lowest, long highest);
CLI::Validator number(double lowest, double highest);
CLI::Validator one_of(std::vector<std::string> names);

// Throws Error (usage): "<option>: <what is wrong>; <what to do>".
// `app`: the whole program's, which knows the command that was given.
[[noreturn]] void rethrow_as_usage_error(const CLI::ParseError& error, const CLI::App& app);

}  // namespace attnviz::app
