#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "model/checkpoint/folder.hpp"

namespace attnviz::model::checkpoint {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> from_environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<fs::path>(value);
}

// "owner/name" or "name", each a plain part of a path.
bool is_hub_name(const std::string& name) {
  if (name.empty() || name.size() > 200 || std::ranges::count(name, '/') > 1 || name.find("..") != std::string::npos) {
    return false;
  }
  return name.front() != '/' && name.back() != '/' && std::ranges::all_of(name, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '/';
         });
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

std::optional<fs::path> newest_folder(const fs::path& parent) {
  std::optional<fs::path> newest;
  fs::file_time_type newest_time;
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    const fs::file_time_type time = entry->last_write_time(ignored);
    if (!entry->is_directory(ignored) || (newest && time <= newest_time)) continue;
    newest = entry->path();
    newest_time = time;
  }
  return newest;
}

}  // namespace

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
  const fs::path snapshot = repository / "snapshots" / revision;
  if (!revision.empty() && is_folder(snapshot.string())) return snapshot;
  return newest_folder(repository / "snapshots");
}

}  // namespace attnviz::model::checkpoint
