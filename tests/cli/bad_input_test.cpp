// Broken input of every kind: the contract's exit code, one line that names the thing, nothing written.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/image_files.hpp"
#include "support/process.hpp"
#include "support/scenes.hpp"

using namespace attnviz::test;

namespace {

namespace fs = std::filesystem;

// Runs the job with its output in `dir`/out and checks that it failed as the contract says.
void expect_failure(const TempDir& dir, std::vector<std::string> arguments, int exit_code, const std::string& named) {
  arguments.insert(arguments.end(), {"--out", dir / "out"});
  const Outcome outcome = attnviz_run(std::move(arguments));
  CAPTURE(named);
  CAPTURE(outcome.err);
  CHECK(outcome.exit_code == exit_code);
  CHECK(outcome.err.starts_with("attnviz: error: "));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK(outcome.err.find(named) != std::string::npos);
  CHECK(outcome.out.empty());
  CHECK_FALSE(fs::exists(dir / "out"));
}

}  // namespace

TEST_CASE("images that are none") {
  const TempDir dir;
  const std::string whole = read_bytes(write_scene(dir));
  write_bytes(dir / "empty.png", "");
  write_bytes(dir / "text.png", "this is no picture");
  write_bytes(dir / "truncated.ppm", whole.substr(0, whole.size() / 2));
  write_bytes(dir / "huge.ppm", "P6\n100000 100000\n255\n");
  const Bytes png = make_png(coordinates_image(64, 48));
  write_file(dir, "truncated.png", Bytes(png.begin(), png.end() - 20));
  write_file(dir, "huge.png", make_png(PngParts{100000, 100000, 8, 2, {}, {}, {}, {}}));
  write_bytes(dir / "truncated.jpg", "\xFF\xD8\xFF\xE0");
  fs::create_directory(dir / "folder.png");
  expect_failure(dir, {dir / "missing.png", "red cup"}, 3, "missing.png");
  expect_failure(dir, {dir / "empty.png", "red cup"}, 3, "empty.png");
  expect_failure(dir, {dir / "text.png", "red cup"}, 3, "text.png");
  expect_failure(dir, {dir / "truncated.ppm", "red cup"}, 3, "truncated.ppm");
  expect_failure(dir, {dir / "truncated.png", "red cup"}, 3, "truncated.png");
  expect_failure(dir, {dir / "truncated.jpg", "red cup"}, 3, "truncated.jpg");
  expect_failure(dir, {dir / "huge.ppm", "red cup"}, 3, "huge.ppm");
  expect_failure(dir, {dir / "huge.png", "red cup"}, 3, "huge.png");
  expect_failure(dir, {dir / "folder.png", "red cup"}, 3, "folder.png");
  expect_failure(dir, {"/dev/zero", "red cup"}, 3, "/dev/zero");
}

TEST_CASE("an image name with a line break still gives one line") {
  const TempDir dir;
  expect_failure(dir, {dir / "two\nlines.png", "red cup"}, 3, "two?lines.png");
}

TEST_CASE("instructions without a word") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  expect_failure(dir, {image, ""}, 3, "instruction");
  expect_failure(dir, {image, "  \t "}, 3, "instruction");
  expect_failure(dir, {image, "，。！？ ..."}, 3, "instruction");
  expect_failure(dir, {image, "red \xC3\x28 cup"}, 3, "UTF-8");
  expect_failure(dir, {image, "\xED\xA0\x80"}, 3, "UTF-8");
  expect_failure(dir, {image, std::string(100'000, 'a')}, 3, "instruction");
}

TEST_CASE("wrong usage") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  expect_failure(dir, {image, "red", "--colourmap", "jet"}, 2, "--colourmap");
  expect_failure(dir, {image, "red", "--colormap", "nosuch"}, 2, "--colormap");
  expect_failure(dir, {image, "red", "-k", "0"}, 2, "--top");
  expect_failure(dir, {image, "red", "-k", "-1"}, 2, "--top");
  expect_failure(dir, {image, "red", "-k", "two"}, 2, "--top");
  expect_failure(dir, {image, "red", "-k", "60000"}, 2, "--top");
  expect_failure(dir, {image, "red", "-k", "99999999999999999999"}, 2, "--top");
  expect_failure(dir, {image, "red", "--patches", "3"}, 2, "--patches");
  expect_failure(dir, {image, "red", "--patches", "100000000"}, 2, "--patches");
  expect_failure(dir, {image, "red", "--alpha", "nan"}, 2, "--alpha");
  expect_failure(dir, {image, "red", "--alpha", "1.5"}, 2, "--alpha");
  expect_failure(dir, {image, "red", "--layer", "99"}, 2, "--layer");
  expect_failure(dir, {image, "red", "--head", "first"}, 2, "--head");
  expect_failure(dir, {image, "red", "--formats", "png,gif"}, 2, "--formats");
  expect_failure(dir, {image, "red", "--formats", ""}, 2, "--formats");
  expect_failure(dir, {image, "red", "cup"}, 2, "cup: one argument too many");
  expect_failure(dir, {image, "red", "--scael", "shared"}, 2, "--scael: unknown option");
  expect_failure(dir, {image}, 2, "INSTRUCTION");
  expect_failure(dir, {}, 2, "IMAGE");
}

TEST_CASE("an option without its value") {
  const TempDir dir;
  const Outcome outcome = attnviz_run({write_scene(dir), "red", "--top"}, {dir.path().string(), {}, ""});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err.starts_with("attnviz: error: --top: "));
  CHECK_FALSE(fs::exists(dir / "attnviz-out"));
}

TEST_CASE("hints fit the command that was given") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  CHECK(attnviz_run({"models", "base"}).err.ends_with(": one argument too many; see attnviz models --help\n"));
  CHECK(attnviz_run({image, "red", "cup"}).err.find("the instruction in quotes") != std::string::npos);
  CHECK(attnviz_run({"inspect", dir.path().string()}).err.find("is a folder; give the report.json in it") !=
        std::string::npos);
  expect_failure(dir, {image, "--sheet", "heads"}, 2, "INSTRUCTION: is missing");
}

TEST_CASE("an option of the main job before a command is refused, not ignored") {
  const Outcome outcome = attnviz_run({"--top", "3", "eval", "data.jsonl"});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == "attnviz: error: --top: does not go with the command 'eval'; see attnviz eval --help\n");
  CHECK(attnviz_run({"--quiet", "models"}).exit_code == 2);
}

TEST_CASE("words that do not occur in the instruction") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  expect_failure(dir, {image, "拿起红色杯子", "--words", "拿起|蓝色"}, 2, "--words");
  expect_failure(dir, {image, "拿起红色杯子", "--words", "杯子|拿起"}, 2, "--words");
  expect_failure(dir, {image, "拿起红色杯子", "--words", ""}, 2, "--words");
  expect_failure(dir, {image, "拿起红色杯子", "--words", "拿起||杯子"}, 2, "--words");
}
