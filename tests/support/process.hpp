// Runs a program as a user would and keeps what it said.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/temp_dir.hpp"

namespace attnviz::test {

struct Outcome {
  int exit_code = -1;  // 128 + signal where one ended it
  std::string out, err;
};

struct RunSetting {
  std::string working_dir = ".";
  std::map<std::string, std::string> environment = {};  // beside the test's own
  std::string stdout_path = {};                         // instead of capturing it
};

namespace detail {

[[noreturn]] inline void exec_child(std::vector<std::string>& command, const RunSetting& setting,
                                    const std::string& out, const std::string& err) {
  const int out_file = open(out.c_str(), O_WRONLY | O_CREAT, 0600);
  const int err_file = open(err.c_str(), O_WRONLY | O_CREAT, 0600);
  dup2(out_file, STDOUT_FILENO);
  dup2(err_file, STDERR_FILENO);
  setenv("LC_ALL", "C.UTF-8", 1);  // messages in English unless the test asks otherwise
  for (const auto& [name, value] : setting.environment) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  if (chdir(setting.working_dir.c_str()) == 0) execvp(argv[0], argv.data());
  _exit(127);
}

}  // namespace detail

// Interrupts a program, twice, as soon as `path` exists: a wrapper often passes on what the terminal has sent already.
inline Outcome interrupt(std::vector<std::string> command, const std::string& path, int signal) {
  const TempDir dir;
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) detail::exec_child(command, {}, dir / "out", dir / "err");
  for (int wait = 0; wait < 6000 && !std::filesystem::exists(path); ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  kill(child, signal);
  kill(child, signal);
  int status = 0;
  waitpid(child, &status, 0);
  Outcome outcome;
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  outcome.err = read_bytes(dir / "err");
  return outcome;
}

inline Outcome run(std::vector<std::string> command, const RunSetting& setting = {}) {
  const TempDir dir;
  const std::string out = setting.stdout_path.empty() ? dir / "out" : setting.stdout_path, err = dir / "err";
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) detail::exec_child(command, setting, out, err);
  int status = 0;
  waitpid(child, &status, 0);
  Outcome outcome;
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (setting.stdout_path.empty()) outcome.out = read_bytes(out);
  outcome.err = read_bytes(err);
  return outcome;
}

// The binary under test with these arguments.
inline Outcome attnviz_run(std::vector<std::string> arguments, const RunSetting& setting = {}) {
  arguments.insert(arguments.begin(), ATTNVIZ_BINARY);
  return run(std::move(arguments), setting);
}

}  // namespace attnviz::test
