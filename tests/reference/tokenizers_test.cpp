// Token ids against those of the original libraries: tests/reference/make_tokenizer_fixtures.py. The environment
// variable ATTNVIZ_TOKENIZERS names further folders ("A:B"), of real checkpoints, that the script has been run on.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "model/checkpoint/tokenizer_files.hpp"
#include "support/temp_dir.hpp"

namespace {

using namespace attnviz;
using std::filesystem::path;

const path kData = path(ATTNVIZ_TEST_DATA) / "reference" / "data" / "tokenizers";

std::vector<std::vector<std::size_t>> read_expected(const path& file) {
  const std::string bytes = test::read_bytes(file.string());
  std::size_t at = 0;
  const auto next = [&] {
    std::size_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes.at(at++));
      value |= static_cast<std::size_t>(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  std::vector<std::vector<std::size_t>> out;
  while (at < bytes.size()) {
    out.emplace_back(next());
    for (std::size_t& id : out.back()) id = next();
  }
  return out;
}

model::checkpoint::TokenizerKind kind_of(const std::string& name) {
  if (name.starts_with("clip")) return model::checkpoint::TokenizerKind::clip;
  return name.starts_with("bert") ? model::checkpoint::TokenizerKind::word_piece
                                  : model::checkpoint::TokenizerKind::sentence_piece;
}

std::string shown(const std::vector<std::size_t>& ids) {
  std::ostringstream out;
  for (const std::size_t id : ids) out << id << ' ';
  return out.str();
}

void check_folder(const path& folder, const std::vector<std::string>& strings) {
  const auto tokenizer = model::checkpoint::read_tokenizer(folder, kind_of(folder.filename().string()));
  const auto expected = read_expected(folder / "expected.bin");
  REQUIRE(expected.size() == strings.size());
  std::size_t equal = 0;
  for (std::size_t i = 0; i < strings.size(); ++i) {
    std::vector<std::size_t> ids;
    for (const text::EncodedToken& token : tokenizer->encode(strings[i])) ids.push_back(token.id);
    if (ids == expected[i]) {
      ++equal;
    } else if (i - equal < 10) {
      MESSAGE(nlohmann::json(strings[i]).dump(), "\n  is    ", shown(ids), "\n  wants ", shown(expected[i]));
    }
  }
  CHECK_MESSAGE(equal == strings.size(), folder.string(), ": ", equal, " of ", strings.size(), " strings equal");
}

TEST_CASE("token ids equal those of the original libraries") {
  const auto strings =
      nlohmann::json::parse(test::read_bytes((kData / "strings.json").string())).get<std::vector<std::string>>();
  REQUIRE(strings.size() >= 2000);
  std::vector<path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(kData)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  CHECK(folders.size() == 9);
  if (const char* further = std::getenv("ATTNVIZ_TOKENIZERS")) {
    std::istringstream list(further);
    for (std::string folder; std::getline(list, folder, ':');) folders.emplace_back(folder);
  }
  for (const path& folder : folders) {
    SUBCASE(folder.filename().c_str()) { check_folder(folder, strings); }
  }
}

}  // namespace
