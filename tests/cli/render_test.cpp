// attnviz render: attention that another program computed, by the real program.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/process.hpp"
#include "support/render_job.hpp"
#include "support/scenes.hpp"

using namespace attnviz::test;
using Json = nlohmann::ordered_json;

namespace {

int best_patch(const Json& report, std::size_t word, std::size_t view = 0) {
  const Json& of_word = report["words"][word];
  return (view == 0 ? of_word : of_word["views"][view - 1])["top"][0]["patch"];
}

Json box_of(const Json& report, std::size_t word) { return report["words"][word]["top"][0]["box"]; }

}  // namespace

TEST_CASE("words and patches of a dump, with everything that the main job writes") {
  const RenderJob job(Dump(3, 16).look(0, 5).look(1, 10).look(2, 0).npy(2, 2));
  const Outcome outcome = job.render({"--words", "拿起|red|cup", "--top", "2", "--formats", "png,json,html,npz",
                                      "--sheet", "heads", "--sheet", "layers", "--direction", "patches"});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  CHECK(outcome.err.empty());
  CHECK(outcome.out.find("word '拿起' → patch 5 (weight 0.") == 0);
  CHECK(files_below(job.dir / "out") ==
        std::set<std::string>{"attention.npz", "overview.png", "patches.png", "report.html", "report.json",
                              "sheets/heads-00-拿起.png", "sheets/heads-01-red.png", "sheets/heads-02-cup.png",
                              "sheets/layers.png", "words/00-拿起.png", "words/01-red.png", "words/02-cup.png"});
  const Json report = job.report();
  CHECK(report["instruction"] == "拿起 red cup");
  CHECK(report["model"] == Json{{"name", "dump.npy"},
                                {"fusion", "imported"},
                                {"layers", 2},
                                {"heads", 2},
                                {"dim", 0},
                                {"patch_px", 1},
                                {"signal", "imported"}});
  CHECK(report["grid"] ==
        Json{{"rows", 4}, {"cols", 4}, {"input_width", 4}, {"input_height", 4}, {"content", {0, 0, 4, 4}}});
  CHECK(report["shown"]["layer"] == "last");
  CHECK(report["words"][1]["bytes"] == Json{7, 10});
  CHECK(report["words"][1]["known"] == true);
  CHECK(report["words"][1]["kind"] == nullptr);
  CHECK(report["words"][1]["nothing"] == nullptr);
  CHECK(box_of(report, 1) == Json{320.0, 240.0, 480.0, 360.0});
  CHECK(report["warnings"].empty());
  CHECK(report["target"] == nullptr);

  const Outcome inspected = attnviz_run({"inspect", job.dir / "out/report.json", "--word", "red"});
  CHECK(inspected.out.find("'red' → patch 10") != std::string::npos);
  REQUIRE(job.render({"--words", "拿起|red|cup", "--layer", "0", "--head", "1", "--relative"}, "other").exit_code == 0);
  const Outcome diff = attnviz_run({"diff", job.dir / "out/report.json", job.dir / "other/report.json"});
  CHECK(diff.exit_code == 0);
  // The same job again writes over its own files, another does not.
  CHECK(job.render({"--words", "拿起|red|cup"}).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(job.dir / "out/attention.npz"));
  expect_refused(job.render({"--words", "a|b|c"}), 5, "another instruction");
}

TEST_CASE("layers and heads are chosen as everywhere") {
  std::vector<float> values;  // layer l, head h look at patch 2 l + h
  for (std::size_t layer = 0; layer < 2; ++layer) {
    for (std::size_t head = 0; head < 2; ++head) {
      for (std::size_t patch = 0; patch < 4; ++patch) values.push_back(patch == 2 * layer + head ? 0.7F : 0.1F);
    }
  }
  const RenderJob job(npy_of({2, 2, 1, 4}, values));
  for (const auto& [layer, head, patch] : {std::tuple{"0", "0", 0},
                                           {"0", "1", 1},
                                           {"1", "0", 2},
                                           {"last", "1", 3},
                                           {"rollout", "1", 3},
                                           {"0", "max", 0}}) {
    const std::string out = std::string(layer) + head;
    REQUIRE(job.render({"--words", "red", "--layer", layer, "--head", head}, out).exit_code == 0);
    CHECK(best_patch(job.report(out), 0) == patch);
  }
  expect_refused(job.render({"--words", "red", "--layer", "2"}), 2, "--layer: 2 is beyond the model; it has 0 to 1");
  expect_refused(job.render({"--words", "red", "--head", "x"}), 2, "--head");
}

TEST_CASE("rows of words, columns of patches") {
  // 20 tokens, of which 6 to 15 are patches of 3 x 3.
  const RenderJob job(Dump(20, 20).look(3, 6).look(4, 6).look(4, 14).look(12, 10).look(13, 0, 0.9F).npy());
  REQUIRE(job.render({"--words", "pick up|cup", "--words-at", "3:5,12", "--patches-at", "6:15"}).exit_code == 0);
  Json report = job.report();
  CHECK(best_patch(report, 0) == 0);
  CHECK(report["words"][0]["top"][1]["patch"] == 8);
  CHECK(best_patch(report, 1) == 4);
  // As many words as rows; columns in two parts; nothing of column 0 comes in.
  REQUIRE(job.render({"--words", "a|b|c", "--words-at", "3:5,13", "--patches-at", "6:8,8:15", "--grid", "1x9"}, "rows")
              .exit_code == 0);
  report = job.report("rows");
  CHECK(report["grid"]["rows"] == 1);
  CHECK(best_patch(report, 1) == 0);
  CHECK(report["words"][2]["entropy"].get<double>() == doctest::Approx(1));

  expect_refused(job.render({"--words", "a|b", "--patches-at", "6:15"}), 2, "--words: 2 words, the array has 20 rows");
  expect_refused(job.render({"--words", "a|b", "--words-at", "1:4", "--patches-at", "6:15"}), 2,
                 "--words-at: 2 words, 1 parts of 3 rows are given");
  expect_refused(job.render({"--words", "a", "--words-at", "20", "--patches-at", "6:15"}), 2,
                 "--words-at: 20 is beyond the array, which has 20 rows");
  expect_refused(job.render({"--words", "a", "--words-at", "1", "--patches-at", "6:21"}), 2,
                 "--patches-at: 20 is beyond the array, which has 20 columns");
  expect_refused(job.render({"--words", "a", "--words-at", "1"}), 2,
                 "--grid: 20 columns are no square; give rows x columns: 4x5, 5x4, 2x10");
  expect_refused(job.render({"--words", "a", "--words-at", "1", "--patches-at", "0:17"}), 2, "leave a CLS token out");
  expect_refused(job.render({"--words", "a", "--words-at", "1", "--grid", "2x4"}), 2,
                 "--patches-at: the image has 8 patches (2x4), 20 columns are in the file");
  expect_refused(job.render({"--words", "a", "--words-at", "1", "--patches-at", "0:9", "--grid", "2x4"}), 2,
                 "--patches-at: the image has 8 patches (2x4), 9 columns are given");
  expect_refused(job.render({"--words-at", "1"}), 2, "--words: is missing");
  for (const char* ranges : {"5:", "a", "3:2", "1,,2", "1:2:3", "-1", "99999999999999999999", "4:4"}) {
    expect_refused(job.render({"--words", "a", std::string("--words-at=") + ranges}), 2, "--words-at");
  }
  for (const char* grid : {"24", "0x4", "4x", "4x4x4", "5000x1", "axb"})
    expect_refused(job.render({"--words", "a", "--grid", grid}), 2, "--grid");
}

TEST_CASE("each known layout") {
  struct Case {
    const char* preset;
    std::size_t columns, column;  // of the dump; where the word looks
    std::vector<std::string> more;
    int patch;
    Json box, content;
  };
  const std::vector<Case> cases{
      {"blip", 577, 1 + 25, {}, 25, {26.6667, 20, 53.3333, 40}, {0, 0, 384, 384}},
      {"llava", 600, 5 + 24, {"--patches-at", "5:581"}, 24, {80, 20, 100, 40}, {-56, 0, 392, 336}},
      {"qwen2-vl", 391, 24, {}, 24, {27.8261, 28.2353, 55.6522, 56.4706}, {0, 0, 644, 476}},
      {"pi0", 300, 16 * 2 + 1, {}, 33, {40, 0, 80, 40}, {0, 28, 224, 196}},
      {"smolvla", 70, 8 * 2 + 1, {}, 17, {80, 0, 160, 80}, {0, 128, 512, 512}},
      {"openvla", 280, 1 + 17, {}, 17, {40, 30, 80, 60}, {0, 0, 224, 224}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.preset);
    const RenderJob job(Dump(2, one.columns).look(1, one.column).npy());
    std::vector<std::string> options{"--words", "cup", "--words-at", "1", "--preset", one.preset};
    options.insert(options.end(), one.more.begin(), one.more.end());
    const Outcome outcome = job.render(options);
    REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
    const Json report = job.report();
    CHECK(report["model"]["name"] == one.preset);
    CHECK(best_patch(report, 0) == one.patch);
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(box_of(report, 0)[i].get<double>() == doctest::Approx(one.box[i].get<double>()).epsilon(1e-5));
    }
    CHECK(report["grid"]["content"] == one.content);
  }
  const RenderJob job(Dump(1, 600).npy());
  expect_refused(job.render({"--words", "cup", "--preset", "llava"}), 2,
                 "the image has 576 patches (24x24), 600 columns are in the file; name the columns of the patches");
  expect_refused(job.render({"--words", "cup", "--preset", "qwen2-vl"}), 2, "391 patches (17x23)");
  expect_refused(job.render({"--words", "cup", "--preset", "gpt"}), 2, "'gpt' is none of blip, llava");
  // What is given stands above the preset.
  REQUIRE(job.render({"--words", "cup", "--preset", "llava", "--patches-at", "0:576", "--content", "0,42,336,294"})
              .exit_code == 0);
  CHECK(job.report()["grid"]["content"] == Json{0, 42, 336, 294});
  REQUIRE(
      job.render({"--words", "cup", "--preset", "blip", "--grid", "20x30", "--patches-at", "0:600"}, "own").exit_code ==
      0);
  CHECK(job.report("own")["grid"]["cols"] == 30);
}

TEST_CASE("letterboxed and cropped inputs: padding never wins") {
  const RenderJob job(Dump(1, 64).look(0, 3).look(0, 35, 0.2F).npy());
  REQUIRE(job.render({"--words", "cup", "--content", "0,8,64,56"}).exit_code ==
          0);  // 8 x 8 of 8 px, a row above and below
  const Json report = job.report();
  CHECK(best_patch(report, 0) == 35);  // patch 3 is padding
  CHECK(report["words"][0]["map"][3] == 0);
  CHECK(box_of(report, 0) == Json{240.0, 240.0, 320.0, 320.0});
  REQUIRE(job.render({"--words", "cup", "--content", "-10,0,74,64", "--boxes", "--contour", "--grid-lines"}, "crop")
              .exit_code == 0);
  CHECK(job.report("crop")["grid"]["content"] == Json{-10, 0, 74, 64});
  const Outcome diff =
      attnviz_run({"diff", job.dir / "out/report.json", job.dir / "crop/report.json", "--png", job.dir / "diff.png"});
  CHECK_MESSAGE(diff.exit_code == 0, diff.err);
  expect_refused(job.render({"--words", "cup", "--content", "0,0,63,60"}), 2, "--content: does not end where");
  expect_refused(job.render({"--words", "cup", "--content", "1,2,3"}), 2, "--content");
}

TEST_CASE("several cameras in one dump") {
  const RenderJob job(Dump(1, 520).look(0, 40).look(0, 256 + 72).npy());
  const std::string side = write_scene(job.dir, 480, 640, "side.ppm");
  REQUIRE(job.render({"--words", "cup", "--view", side, "--preset", "pi0"}).exit_code == 0);
  Json report = job.report();
  CHECK(best_patch(report, 0) == 40);
  CHECK(best_patch(report, 0, 1) == 72);
  CHECK(report["grid"]["content"] == Json{0, 28, 224, 196});
  CHECK(report["views"][0]["grid"]["content"] == Json{28, 0, 196, 224});
  CHECK(std::filesystem::exists(job.dir / "out/words/00-cup.view1.png"));
  // A part of the columns each; the second camera first.
  REQUIRE(job.render({"--words", "cup", "--view", side, "--patches-at", "256:512,0:256"}, "parts").exit_code == 0);
  report = job.report("parts");
  CHECK(best_patch(report, 0) == 72);
  CHECK(best_patch(report, 0, 1) == 40);
  REQUIRE(
      job.render({"--words", "cup", "--view", side, "--patches-at", "0:512", "--grid", "16x16"}, "split").exit_code ==
      0);
  CHECK(best_patch(job.report("split"), 0, 1) == 72);
  expect_refused(job.render({"--words", "cup", "--view", side, "--patches-at", "0:500", "--grid", "16x16"}, "none"), 2,
                 "the 2 images have 512 patches (16x16 the first), 500 columns are given");
  expect_refused(
      job.render({"--words", "cup", "--view", side, "--patches-at", "0:512", "--content", "0,0,16,16"}, "none"), 2,
      "--content: is of one image");
  expect_refused(job.render({"--words", "cup", "--view", job.dir / "none.png", "--preset", "pi0"}, "none"), 3,
                 "none.png");
}

TEST_CASE("weights that are none, rows that show nothing, sums that are not 1") {
  const auto render = [](const std::vector<float>& values, std::vector<std::string> options = {}) {
    const RenderJob job(npy_of({2, 4}, values));
    options.insert(options.end(), {"--words", "red|cup", "--stdout", "none"});
    Outcome outcome = job.render(options);
    CHECK((outcome.exit_code == 0) == std::filesystem::exists(job.dir / "out"));
    return outcome;
  };
  expect_refused(render({1, 0, 0, 0, 0, NAN, 0, 1}), 3,
                 "dump.npy: holds NaN or infinite weights in layer 0, head 0, row 1");
  expect_refused(render({1, 0, 0, 0, 0, -3, 0, 1}), 3, "scores before the softmax");
  expect_refused(render({1, 0, 0, 0, 0, 0, 0, 0}), 3, "layer 0, head 0 gives no weight to the image at all for 'cup'");
  const Outcome said = render({3, 1, 0, 0, 0, 0, 0.5, 0});
  CHECK(said.exit_code == 0);
  CHECK(said.err ==
        "attnviz: rows of the file sum to 0.5..4, not to 1; they are shown as shares of the image's weight\n");
  CHECK(render({3, 1, 0, 0, 0, 0, 0.5, 0}, {"--lang", "zh"}).err.find("不是 1（0.5..4）") != std::string::npos);
  CHECK(render({1.005F, 0, 0, 0, 0, 0.996F, 0, 0}).err.empty());
  // A part of the columns need not sum to 1.
  CHECK(render({3, 1, 0, 0, 0.1F, 0, 0.5, 0}, {"--patches-at", "0"}).err.empty());
}

TEST_CASE("files that are no attention, and options that do not go together") {
  const RenderJob job(Dump(1, 16).npy());
  const auto with = [&](const std::string& bytes) {
    write_bytes(job.dir / "dump.npy", bytes);
    return job.render({"--words", "cup"});
  };
  expect_refused(with("hello"), 3, "dump.npy: is no .npy, .npz or .safetensors file");
  expect_refused(with(""), 3, "the file is empty");
  expect_refused(with(npy_bytes(npy_dictionary("<f4", "(1, 16)", true), std::string(64, 'a'))), 3, "");
  expect_refused(with(npy_bytes(npy_dictionary("<f4", "(2, 8)", true), std::string(64, 'a'))), 3,
                 "is in Fortran order; save it in C order: np.save(path, np.ascontiguousarray(a))");
  expect_refused(with(npy_bytes(npy_dictionary(">f4", "(1, 16)"), std::string(64, 'a'))), 3, "is big-endian");
  expect_refused(attnviz_run({"render", job.image, "--words", "cup"}), 2, "--attention: is missing");
  expect_refused(attnviz_run({"render", job.image, "--attention", job.dir / "none.npy", "--words", "cup"}), 3,
                 "none.npy");
  expect_refused(job.render({"--words", "a||b"}), 2, "--words: word 2 is empty");
  expect_refused(job.render({"--words", "cup", "--patches", "64"}), 2, "--patches");
  expect_refused(attnviz_run({"--model", "base", "render", job.image}), 2, "");
}

TEST_CASE("attention.npz brings words, grid and content along") {
  const TempDir dir;
  const std::string image = write_scene(dir, 470, 640), side = write_scene(dir, 90, 150, "side.ppm");
  REQUIRE(attnviz_run({image, "red cup", "--view", side, "--formats", "json,npz", "-o", dir / "job"}).exit_code == 0);
  const std::vector<std::string> again{"render", image, "--attention", dir / "job/attention.npz", "--stdout", "none"};
  const auto with = [&](std::vector<std::string> options) {
    options.insert(options.begin(), again.begin(), again.end());
    return attnviz_run(options);
  };
  const Outcome outcome = with({"--view", side, "--formats", "json,npz", "-o", dir / "again"});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  const Json job = report_of(dir / "job"), rendered = report_of(dir / "again");
  CHECK(rendered["instruction"] == "red cup");
  CHECK(rendered["grid"] == job["grid"]);
  CHECK(rendered["views"][0]["grid"] == job["views"][0]["grid"]);
  for (std::size_t word = 0; word < 2; ++word) {
    CHECK(rendered["words"][word]["map"] == job["words"][word]["map"]);
    CHECK(rendered["words"][word]["nothing"] == job["words"][word]["nothing"]);
    CHECK(rendered["words"][word]["views"][0]["map"] == job["words"][word]["views"][0]["map"]);
  }
  CHECK(read_bytes(dir / "again/attention.npz") == read_bytes(dir / "job/attention.npz"));
  // Other words, one view alone; more views than there are; another image.
  REQUIRE(with({"--words", "rot|Tasse", "-o", dir / "named"}).exit_code == 0);
  CHECK(report_of(dir / "named")["words"][1]["text"] == "Tasse");
  CHECK(report_of(dir / "named")["words"][1]["map"] == job["words"][1]["map"]);
  expect_refused(with({"--words", "one", "-o", dir / "none"}), 2, "1 word, the array has 2 rows");
  expect_refused(with({"--view", side, "--view", side, "-o", dir / "none"}), 2, "--view: ");
  expect_refused(with({"--view", image, "-o", dir / "none"}), 3,
                 "is of an image of 90 x 150 pixels, this one has 470 x 640");
  CHECK_FALSE(std::filesystem::exists(dir / "none"));
}

TEST_CASE("half precision, deflated, layer by layer: as exporters write it") {
  const TempDir dir;
  const std::string image = write_scene(dir), data = std::string(ATTNVIZ_TEST_DATA) + "/reference/data/";
  const auto map = [&](const std::string& file, const std::string& key) {
    const Outcome outcome =
        attnviz_run({"render", image, "--attention", data + file, "--key", key, "--words", "a|b", "--words-at", "1:3",
                     "--grid", "2x2", "-o", dir / "out", "--force", "--quiet"});
    CHECK_MESSAGE(outcome.exit_code == 0, outcome.err);
    return report_of(dir / "out")["words"][1]["map"];
  };
  const Json expected = map("arrays_stored.npz", "attention");
  CHECK(expected[3].get<double>() ==
        doctest::Approx((11.0 + 23) / (8 + 9 + 10 + 11 + 20 + 21 + 22 + 23)).epsilon(1e-5));
  CHECK(map("arrays_deflated.npz", "half") == expected);
  for (const char* key : {"a", "b", "c", "d"}) CHECK(map("arrays.safetensors", key) == expected);
  for (const char* file : {"arrays_v3.npy", "arrays_bf16.npy", "arrays_f64.npy"}) CHECK(map(file, "") == expected);
}
