// Reading data sets and finished reports, sound and broken.
#include "attnviz/report/report_reader.hpp"

#include <doctest/doctest.h>

#include <string>

#include "attnviz/core/error.hpp"
#include "attnviz/report/report_json.hpp"
#include "support/sample_report.hpp"
#include "support/temp_dir.hpp"

using attnviz::Error;
using attnviz::ErrorCode;
using attnviz::EvalDataset;
using attnviz::report::read_dataset;
using attnviz::report::read_identity;
using attnviz::test::TempDir;
using attnviz::test::write_bytes;

namespace {

EvalDataset dataset_of(const std::string& lines) {
  const TempDir dir;
  write_bytes(dir / "set.jsonl", lines);
  EvalDataset dataset = read_dataset(dir / "set.jsonl");
  for (auto& item : dataset.items) item.image_path = std::filesystem::path(item.image_path).filename().string();
  return dataset;
}

// The reason why a line is no item.
std::string reason_of(const std::string& line) {
  const EvalDataset dataset = dataset_of(line);
  REQUIRE(dataset.items.empty());
  REQUIRE(dataset.skipped.size() == 1);
  return dataset.skipped[0].reason;
}

std::string with_target(const std::string& target) {
  return R"({"image": "a.png", "instruction": "red", "targets": [)" + target + "]}";
}

}  // namespace

TEST_CASE("items of a data set") {
  const EvalDataset dataset = dataset_of(
      R"({"image": "a.png", "instruction": "红色 cup", "targets": [{"word": "红色", "kind": "colour", "boxes": [[0, 1, 2.5, 4]]}]})"
      "\r\n\n  \n"
      R"({"id": "second", "image": "b.png", "instruction": "cup", "targets": [], "goal": {"boxes": [[1, 1, 2, 2]]}, "x": 1})");
  REQUIRE(dataset.items.size() == 2);
  CHECK(dataset.skipped.empty());
  const auto& first = dataset.items[0];
  CHECK(first.id == "1");
  CHECK(first.image_path == "a.png");
  CHECK(first.targets[0].word == "红色");
  CHECK(first.targets[0].kind == attnviz::WordKind::colour);
  CHECK(first.targets[0].region.boxes[0].x1 == 2.5);
  CHECK_FALSE(first.goal);
  CHECK(dataset.items[1].line == 4);
  CHECK(dataset.items[1].id == "second");
  CHECK(dataset.items[1].goal->boxes.size() == 1);
}

TEST_CASE("paths are relative to the file") {
  const TempDir dir;
  write_bytes(
      dir / "set.jsonl",
      R"({"image": "sub/a.png", "instruction": "red", "targets": [{"word": "red", "kind": "noun", "mask": "m.png"}]})");
  const EvalDataset dataset = read_dataset(dir / "set.jsonl");
  CHECK(dataset.items[0].image_path == dir / "sub/a.png");
  CHECK(dataset.items[0].targets[0].region.mask_path == dir / "m.png");
}

TEST_CASE("lines that are no items say why, and the others count") {
  CHECK(reason_of("{") == "line 1: not valid JSON");
  CHECK(reason_of("[]") == "line 1: not an object");
  CHECK(reason_of("{}") == "line 1: \"image\" is missing");
  CHECK(reason_of(R"({"image": 1})") == "line 1: \"image\" is not a string");
  CHECK(reason_of(R"({"image": "a", "instruction": "b", "targets": {}})") == "line 1: \"targets\" is not an array");
  CHECK(reason_of(with_target("3")) == "line 1: a target is not an object");
  CHECK(reason_of(with_target(R"({"word": "red", "kind": "other", "boxes": []})")) ==
        "line 1: kind 'other' is not colour, noun or verb");
  CHECK(reason_of(with_target(R"({"word": "red", "kind": "material", "boxes": []})")) ==
        "line 1: kind 'material' is not colour, noun or verb");
  CHECK(reason_of(with_target(R"({"word": "red", "kind": "noun", "boxes": []})")) == "line 1: \"boxes\" is empty");
  CHECK(reason_of(with_target(R"({"word": "red", "kind": "noun", "boxes": [[1, 2, 3]]})")) ==
        "line 1: a box is not [x0, y0, x1, y1]");
  CHECK(reason_of(with_target(R"({"word": "red", "kind": "noun", "boxes": [[1, 2, "3", 4]]})")) ==
        "line 1: a box is not [x0, y0, x1, y1]");
  CHECK(reason_of(with_target(R"({"word": "red", "kind": "noun", "boxes": [[3, 2, 1, 4]]})")) ==
        "line 1: a box is empty");
  CHECK(reason_of("{\"image\": \"\xFF\"}") == "line 1: not valid JSON");
  CHECK(reason_of(std::string(100000, '[')) == "line 1: nested too deeply");
  CHECK(reason_of(std::string((4 << 20) + 1, 'x')) == "line 1: the line is longer than 4 MiB");
  std::string many = with_target("3");
  const std::size_t at = many.find("3]");
  REQUIRE(at != std::string::npos);
  for (int i = 0; i < 256; ++i) many.insert(at, "3,");
  CHECK(reason_of(many) == "line 1: more than 256 targets");
  const EvalDataset mixed = dataset_of("nonsense\n" + with_target("") + "\n");
  CHECK(mixed.items.size() == 1);
  CHECK(mixed.skipped[0].id == "1");
}

TEST_CASE("data sets that cannot be read") {
  const TempDir dir;
  for (const std::string& path : {dir / "none.jsonl", dir.path().string()}) {
    try {
      read_dataset(path);
      FAIL("read: " << path);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::input);
      CHECK(std::string(error.what()).starts_with(path + ": "));
    }
  }
}

TEST_CASE("which job a report belongs to") {
  const TempDir dir;
  const auto report = attnviz::test::sample_report();
  write_bytes(dir / "report.json", attnviz::report::to_json(report));
  const auto identity = read_identity(dir / "report.json");
  REQUIRE(identity);
  CHECK(identity->image_path == report.main_view().image_path);
  CHECK(identity->instruction == report.instruction);
  CHECK(identity->heatmap_files == std::vector<std::string>{"words/00-拿起.png", "words/01-红色.png"});
}

TEST_CASE("what is no report of ours has no identity") {
  const TempDir dir;
  CHECK_FALSE(read_identity(dir / "none.json"));
  CHECK_FALSE(read_identity(dir.path()));
  for (const char* text : {"", "{", "[]", "3", R"({"image": "a"})", R"({"image": {"path": "a"}, "instruction": 3})",
                           R"({"image": {"path": "a"}, "instruction": "b"})",
                           R"({"image": {"path": "a"}, "instruction": "b", "words": [1]})"}) {
    write_bytes(dir / "report.json", text);
    CHECK_FALSE_MESSAGE(read_identity(dir / "report.json"), text);
  }
}
