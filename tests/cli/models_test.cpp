// Models that are found by their names: beside the program, in the share folder of its installation.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/installation.hpp"
#include "support/model_file.hpp"
#include "support/process.hpp"
#include "support/scenes.hpp"

using namespace attnviz::test;
namespace fs = std::filesystem;

namespace {

ModelFile encoders() { return named(with_id(tiny_model(), "abc123"), "enc"); }
ModelFile light(const std::string& name) { return named(without_encoders(tiny_model(), "enc", "abc123"), name); }

}  // namespace

TEST_CASE("models are found beside the program, then in the share folder") {
  const Installation place;
  place.add(Installation::kShare, "enc", encoders());
  place.add(Installation::kShare, "light", light("in share"));
  const std::string image = write_scene(place.dir());
  const auto model_used = [&] {
    const Outcome outcome = place.attnviz({"models", "info", "light"});
    REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
    return outcome.out;
  };
  CHECK(model_used().find("name       in share") == 0);
  CHECK(model_used().find("encoders   of enc") != std::string::npos);
  place.add(Installation::kBeside, "light", light("beside"));
  CHECK(model_used().find("name       beside") == 0);
  const Outcome outcome = place.attnviz({image, "red cup", "-m", "light", "-o", place.dir() / "out"});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  CHECK(read_bytes(place.dir() / "out/report.json").find("\"beside\"") != std::string::npos);
  CHECK(place.attnviz({"models", "check", "light"}).out.find("light: sound") == 0);
}

TEST_CASE("another model is another job: its results are not overwritten") {
  const Installation place;
  place.add(Installation::kShare, "enc", encoders());
  const std::string image = write_scene(place.dir()), out = place.dir() / "out";
  REQUIRE(place.attnviz({image, "red", "-o", out, "--formats", "json"}).exit_code == 0);
  const Outcome refused = place.attnviz({image, "red", "-o", out, "--formats", "json", "-m", "enc"});
  CHECK(refused.exit_code == 5);
  CHECK_MESSAGE(refused.err.find("holds the results of another model (base)") != std::string::npos, refused.err);
  CHECK(place.attnviz({image, "red", "-o", out, "--formats", "json", "-m", "enc", "--force"}).exit_code == 0);
}

TEST_CASE("the list names every model once, with what it is or why it cannot be loaded") {
  const Installation place;
  CHECK(place.attnviz({"models", "list"}).out.starts_with("base  "));
  place.add(Installation::kBeside, "light", light("light"));
  place.add(Installation::kShare, "light", light("light"));
  place.add(Installation::kShare, "base", tiny_model());
  write_bytes(place.dir() / "share/attnviz/models/broken.safetensors", "no model");
  write_bytes(place.dir() / "share/attnviz/models/MODEL_CARD.md", "# Models");
  const Outcome lost = place.attnviz({"models", "list"});
  CHECK(lost.exit_code == 0);
  CHECK(std::count(lost.out.begin(), lost.out.end(), '\n') == 3);
  CHECK(lost.out.find("light   cannot be loaded: ") != std::string::npos);
  CHECK(lost.out.find("broken  cannot be loaded: ") != std::string::npos);
  CHECK(lost.out.find("inside the program") < lost.out.find('\n'));
  // What a file says of itself cannot move the cursor.
  std::string header = R"({"\u001b[2J\n":{"dtype":"F32","shape":[1],"data_offsets":[0,400]}})";
  header.insert(0, std::string({static_cast<char>(header.size()), 0, 0, 0, 0, 0, 0, 0}));
  write_bytes(place.dir() / "share/attnviz/models/broken.safetensors", header);
  const Outcome hostile = place.attnviz({"models", "list"});
  CHECK(hostile.out.find("broken  cannot be loaded: ") != std::string::npos);
  CHECK(hostile.out.find("?[2J?") != std::string::npos);
  CHECK(std::count(hostile.out.begin(), hostile.out.end(), '\n') == 3);
  place.add(Installation::kShare, "enc", encoders());
  const Outcome found = place.attnviz({"models", "list"});
  CHECK(found.out.find("light   0.0 M parameters, cross, 2 layers, 4 heads, ") != std::string::npos);
}

TEST_CASE("an installation that is moved finds its models") {
  const Installation place;
  place.add(Installation::kShare, "enc", encoders());
  const TempDir elsewhere;
  fs::rename(place.dir() / "bin", elsewhere / "bin");
  fs::rename(place.dir() / "share", elsewhere / "share");
  fs::create_symlink(elsewhere / "bin/attnviz", elsewhere / "link");
  CHECK(run({elsewhere / "link", "models", "info", "enc"}).exit_code == 0);
}

TEST_CASE("a name before a path, a path where no name fits") {
  const Installation place;
  write_bytes(place.dir() / "enc", encoders().bytes());
  const RunSetting here{place.dir().path().string()};
  CHECK(run({place.dir() / "bin/attnviz", "models", "info", "enc"}, here).out.find("name       enc") == 0);
  place.add(Installation::kShare, "enc", named(encoders(), "by name"));
  CHECK(run({place.dir() / "bin/attnviz", "models", "info", "enc"}, here).out.find("name       by name") == 0);
  CHECK(run({place.dir() / "bin/attnviz", "models", "info", "./enc"}, here).out.find("name       enc") == 0);
  const Outcome unknown = place.attnviz({"models", "info", "nosuch"});
  CHECK(unknown.exit_code == 4);
  CHECK(unknown.err.find("'attnviz models' lists") != std::string::npos);
}

TEST_CASE("the program in its build folder finds what the repository ships") {
  std::size_t shipped = 0;
  for (const auto& entry : fs::directory_iterator(std::string(ATTNVIZ_SOURCE_DIR) + "/assets/models")) {
    shipped += entry.path().extension() == ".safetensors";
  }
  const std::string list = attnviz_run({"models", "list"}).out;
  CHECK(static_cast<std::size_t>(std::count(list.begin(), list.end(), '\n')) == shipped);
  CHECK(list.find("cannot") == std::string::npos);
}
