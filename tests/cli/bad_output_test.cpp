// Places that cannot be written: exit code 5, one line, nothing left behind.
#include <doctest/doctest.h>

#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "support/process.hpp"
#include "support/scenes.hpp"

using namespace attnviz::test;

namespace {

namespace fs = std::filesystem;

void expect_output_error(const Outcome& outcome) {
  CAPTURE(outcome.err);
  CHECK(outcome.exit_code == 5);
  CHECK(outcome.err.starts_with("attnviz: error: "));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
}

}  // namespace

TEST_CASE("an interrupted job leaves nothing behind") {
  const TempDir dir;
  const std::string image = write_scene(dir, 3000, 2000);  // drawn for a second or so
  const Outcome outcome =
      interrupt({ATTNVIZ_BINARY, image, "pick up the red cup and the blue bowl on the table", "-o", dir / "out"},
                dir / "out", SIGINT);
  CHECK_MESSAGE(outcome.exit_code == 130, outcome.err);
  CHECK(outcome.err.find("attnviz: interrupted; nothing was written") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(dir / "out"));
}

TEST_CASE("an output folder that is a file, or lies below one") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  write_bytes(dir / "file", "mine");
  expect_output_error(attnviz_run({image, "red", "-o", dir / "file"}));
  expect_output_error(attnviz_run({image, "red", "-o", dir / "file/below"}));
  CHECK(read_bytes(dir / "file") == "mine");
}

TEST_CASE("a folder that cannot be written, even by root") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  expect_output_error(attnviz_run({image, "red", "-o", "/proc/attnviz"}));
}

TEST_CASE("a folder in the way of a picture: nothing is replaced") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  fs::create_directories(dir / "out/report.json");
  expect_output_error(attnviz_run({image, "red", "-o", dir / "out"}));
  CHECK_FALSE(fs::exists(dir / "out/overview.png"));
  CHECK_FALSE(fs::exists(dir / "out/words"));
}

TEST_CASE("a file in the way of the folder of overlays: earlier results stay") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  REQUIRE(attnviz_run({image, "red", "-o", dir / "out"}).exit_code == 0);
  const std::string report = read_bytes(dir / "out/report.json");
  fs::remove_all(dir / "out/words");
  write_bytes(dir / "out/words", "mine");
  expect_output_error(attnviz_run({image, "red", "-o", dir / "out"}));
  CHECK(read_bytes(dir / "out/report.json") == report);
  CHECK(fs::exists(dir / "out/overview.png"));
  CHECK(read_bytes(dir / "out/words") == "mine");
}

TEST_CASE("files that no report of this job names are not overwritten without --force") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  fs::create_directory(dir / "out");
  for (const char* name : {"report.json", "overview.png"}) {
    CAPTURE(name);
    const std::string file = dir / "out/" + name;
    write_bytes(file, "{\"not\": \"ours\"}");
    const Outcome refused = attnviz_run({image, "red", "-o", dir / "out"});
    expect_output_error(refused);
    CHECK(refused.err.find("--force") != std::string::npos);
    CHECK(read_bytes(file) == "{\"not\": \"ours\"}");
    CHECK_FALSE(fs::exists(dir / "out/words"));
    fs::remove(file);
  }
  // Pictures alone do not tell whose they are.
  REQUIRE(attnviz_run({image, "red", "-o", dir / "out", "--formats", "png"}).exit_code == 0);
  expect_output_error(attnviz_run({image, "blue", "-o", dir / "out"}));
  CHECK(attnviz_run({image, "blue", "-o", dir / "out", "--force"}).exit_code == 0);
}

TEST_CASE("a disk that fills leaves nothing behind") {
  const TempDir dir;
  const std::string image = write_scene(dir, 640, 480);
  fs::create_directory(dir / "disk");
  const std::string disk = dir / "disk";
  if (mount("attnviz-test", disk.c_str(), "tmpfs", 0, "size=64k") == 0) {
    const Outcome outcome = attnviz_run({image, "red blue green", "-o", disk + "/out"});
    const bool empty = fs::is_empty(disk);
    umount(disk.c_str());
    expect_output_error(outcome);
    CHECK(empty);
  } else {  // without the right to mount: a limit on file sizes makes writes fail half-way just as well
    const std::string command = "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"";
    const Outcome outcome = run({"bash", "-c", command, ATTNVIZ_BINARY, image, "red blue green", "-o", disk + "/out"});
    expect_output_error(outcome);
    CHECK(fs::is_empty(disk));
  }
}

TEST_CASE("standard output that is full") {
  const TempDir dir;
  const RunSetting full{".", {}, "/dev/full"};
  expect_output_error(attnviz_run({write_scene(dir), "red", "-o", dir / "out", "--quiet"}, full));
}
