#include "app/option_checks.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "attnviz/core/error.hpp"

namespace attnviz::app {
namespace {

std::string quoted(const std::string& value) { return "'" + value + "'"; }

// The whole text as a number, or false.
template <typename Number>
bool parse(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

CLI::Validator whole_number(long lowest, long highest) {
  return {[=](const std::string& text) {
            long value = 0;
            if (parse(text, value) && value >= lowest && value <= highest) return std::string();
            return quoted(text) + " is not a whole number from " + std::to_string(lowest) + " to " +
                   std::to_string(highest);
          },
          ""};
}

CLI::Validator number(double lowest, double highest) {
  return {[=](const std::string& text) {
            double value = 0;
            if (parse(text, value) && value >= lowest && value <= highest) return std::string();
            std::ostringstream message;
            message << quoted(text) << " is not a number from " << lowest << " to " << highest;
            return message.str();
          },
          ""};
}

CLI::Validator one_of(std::vector<std::string> names) {
  return {[names = std::move(names)](const std::string& text) {
            const bool found = std::find(names.begin(), names.end(), text) != names.end();
            return found ? std::string() : quoted(text) + " is none of " + joined(names);
          },
          ""};
}

void rethrow_as_usage_error(const CLI::ParseError& error, const CLI::App& app) {
  const std::vector<CLI::App*> commands = app.get_subcommands();  // the one that was given
  const bool is_main_job = commands.empty();
  const std::string hint = "see attnviz " + (is_main_job ? "" : commands.front()->get_name() + " ") + "--help";
  const std::string message = error.what();
  const std::size_t colon = message.find(": ");
  const std::string before = message.substr(0, colon);
  const std::string after = colon == std::string::npos ? "" : message.substr(colon + 2);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {  // "...: the words that nobody asked for", last first
    std::istringstream words(after);
    std::string first;
    for (std::string word; words >> word;) {
      if (word.starts_with('-')) throw Error(ErrorCode::usage, word, "unknown option", hint);
      first = word;
    }
    throw Error(ErrorCode::usage, first, "one argument too many",
                (is_main_job ? "give one image, and the instruction in quotes; " : "") + hint);
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {  // "--top: 1 required K missing"
    throw Error(ErrorCode::usage, before, "its value is missing, or it was given twice", hint);
  }
  if (const std::size_t end = message.find(" is required"); end != std::string::npos) {
    throw Error(ErrorCode::usage, message.substr(0, end), "is missing", hint);
  }
  if (after.empty()) throw Error(ErrorCode::usage, "command line", message, hint);
  throw Error(ErrorCode::usage, before, after, hint);
}

}  // namespace attnviz::app
