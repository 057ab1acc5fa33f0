#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

#include "model/checkpoint/folder.hpp"

namespace attnviz::model::checkpoint {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> from_environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<fs::path>(value);
}

// The commit that a branch points at; empty: it is not said, or is none.
std::string read_revision(const fs::path& file) {
  std::ifstream stream(file);
  std::string revision(64, '\0');
  stream.read(revision.data(), static_cast<std::streamsize>(revision.size()));
  revision.resize(static_cast<std::size_t>(stream.gcount()));
  while (!revision.empty() && std::isspace(static_cast<unsigned char>(revision.back())) != 0) revision.pop_back();
  return revision.find('/') == std::string::npos ? revision : "";
}

bool has_safetensors(const fs::path& snapshot) {
  std::error_code ignored;
  return fs::exists(snapshot / "model.safetensors", ignored) ||
         fs::exists(snapshot / "model.safetensors.index.json", ignored);
}

// All snapshots, the newest first.
std::vector<fs::path> snapshots_in(const fs::path& parent) {
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) found.emplace_back(entry->last_write_time(ignored), entry->path());
  }
  std::ranges::sort(found, std::greater<>());
  std::vector<fs::path> paths;
  paths.reserve(found.size());
  for (auto& [time, path] : found) paths.push_back(std::move(path));
  return paths;
}

}  // namespace

// "owner/name" or "name", each a plain part of a path.
bool is_hub_name(const std::string& name) {
  if (name.empty() || name.size() > 200 || std::ranges::count(name, '/') > 1 || name.find("..") != std::string::npos) {
    return false;
  }
  return name.front() != '/' && name.back() != '/' && std::ranges::all_of(name, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '/';
         });
}

fs::path hub_cache() {
  if (const auto cache = from_environment("HF_HUB_CACHE")) return *cache;
  if (const auto cache = from_environment("HUGGINGFACE_HUB_CACHE")) return *cache;
  if (const auto home = from_environment("HF_HOME")) return *home / "hub";
  if (const auto cache = from_environment("XDG_CACHE_HOME")) return *cache / "huggingface" / "hub";
  return from_environment("HOME").value_or("/") / ".cache" / "huggingface" / "hub";
}

std::optional<fs::path> find_in_hub_cache(const std::string& name) {
  if (!is_hub_name(name)) return std::nullopt;
  std::string folder = "models--";
  for (const char c : name) folder.append(c == '/' ? "--" : std::string(1, c));
  const fs::path repository = hub_cache() / folder;
  const std::string revision = read_revision(repository / "refs" / "main");
  std::vector<fs::path> snapshots = snapshots_in(repository / "snapshots");
  const fs::path main = repository / "snapshots" / revision;
  if (!revision.empty() && is_folder(main.string())) snapshots.insert(snapshots.begin(), main);
  if (snapshots.empty()) return std::nullopt;
  const auto usable = std::ranges::find_if(snapshots, has_safetensors);
  return usable == snapshots.end() ? snapshots.front() : *usable;
}

}  // namespace attnviz::model::checkpoint
