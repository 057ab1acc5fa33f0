// A finished report read back, and what is done with files that are none.
#include "attnviz/report/report_file.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "attnviz/core/error.hpp"
#include "attnviz/report/inspect.hpp"
#include "attnviz/report/report_json.hpp"
#include "support/sample_report.hpp"
#include "support/temp_dir.hpp"

using namespace attnviz;
using namespace attnviz::test;
using Json = nlohmann::ordered_json;

namespace {

std::string complaint(const std::string& text) {
  const TempDir dir;
  write_bytes(dir / "report.json", text);
  try {
    report::parse_report(report::read_report_text(dir / "report.json"), dir / "report.json");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::input);
    const std::string what = error.what();
    CHECK(what.starts_with(dir / "report.json: "));
    return what.substr(what.find(": ") + 2);
  }
  return "";
}

// Of the sample report after a change.
std::string complaint(const std::function<void(Json&)>& change) {
  Json json = Json::parse(report::to_json(sample_report()));
  change(json);
  return complaint(json.dump());
}

}  // namespace

TEST_CASE("a report comes back as it was written") {
  const TempDir dir;
  Report written = sample_report();
  std::vector<float>& heat = written.main_view().readings[1].heat;
  heat.assign(256, 1.0F / 256);
  heat.resize(320);  // the last row is padding
  written.views.push_back(written.views.front());
  written.views[1].image_path = "photos/side.png";
  write_bytes(dir / "report.json", report::to_json(written));
  const Report read = report::parse_report(report::read_report_text(dir / "report.json"), dir / "report.json");
  CHECK(read.main_view().image_path == written.main_view().image_path);
  CHECK(read.instruction == written.instruction);
  CHECK(read.model.name == written.model.name);
  CHECK(read.main_view().grid.num_patches() == written.main_view().grid.num_patches());
  CHECK(read.main_view().grid.content_height == written.main_view().grid.content_height);
  REQUIRE(read.words.size() == written.words.size());
  for (std::size_t i = 0; i < read.words.size(); ++i) {
    CHECK(read.words[i].text == written.words[i].text);
    CHECK(read.words[i].known == written.words[i].known);
    CHECK(read.main_view().readings[i].nothing.has_value() == written.main_view().readings[i].nothing.has_value());
    REQUIRE(read.main_view().readings[i].top.size() == written.main_view().readings[i].top.size());
    CHECK(read.main_view().readings[i].top[0].patch == written.main_view().readings[i].top[0].patch);
    CHECK(read.main_view().readings[i].top[0].weight == doctest::Approx(written.main_view().readings[i].top[0].weight));
  }
  CHECK(read.main_view().readings[0].heat.empty());
  CHECK(read.main_view().readings[1].heat == written.main_view().readings[1].heat);
  REQUIRE(read.views.size() == 2);
  CHECK(read.views[1].image_path == "photos/side.png");
  CHECK(read.views[1].readings[1].heat.size() == 320);
  REQUIRE(read.target);
  CHECK(read.target->box.x1 == written.target->box.x1);
  REQUIRE(read.warnings.size() == written.warnings.size());
  CHECK(read.warnings[0].word == written.warnings[0].word);
}

TEST_CASE("what is wrong with a report is named") {
  CHECK(complaint(std::string("{")).starts_with("not valid JSON; give a report.json"));
  CHECK(complaint(std::string("[]")).starts_with("not an object"));
  CHECK(complaint(std::string(100'000, '[')).starts_with("nested too deeply"));
  CHECK(complaint([](Json& j) {
          j["schema"] = "attnviz.report/9";
        }).starts_with("is of schema 'attnviz.report/9', this program reads attnviz.report/1"));
  CHECK(complaint([](Json& j) { j.erase("words"); }).starts_with("\"words\" is missing"));
  CHECK(complaint([](Json& j) { j["words"] = 3; }).starts_with("\"words\" is not an array"));
  CHECK(complaint([](Json& j) { j["words"][0]["text"] = 3; }).starts_with("\"text\" is not a string"));
  CHECK(complaint([](Json& j) { j["words"][0]["top"] = Json::array(); }).starts_with("\"top\" is empty"));
  CHECK(complaint([](Json& j) {
          j["words"][0]["top"][0]["patch"] = 320;
        }).starts_with("\"patch\" is not a whole number from 0 to 319"));
  CHECK(complaint([](Json& j) { j["words"][0]["top"][0]["box"] = {1, 2, 3}; }).starts_with("\"box\" is not ["));
  CHECK(complaint([](Json& j) { j["grid"]["rows"] = 17; }).starts_with("\"grid\" has other rows"));
  CHECK(complaint([](Json& j) { j["grid"]["content"][2] = 1e9; }).starts_with("\"content x1\" is not a whole number"));
  CHECK(complaint([](Json& j) { j["grid"]["content"][0] = 320; }).starts_with("\"content x0\" is not a whole number"));
  CHECK(complaint([](Json& j) {
          j["grid"]["content"] = {-100, 0, 0, 240};
        }).starts_with("\"content x1\" is not a whole number"));
  CHECK(complaint([](Json& j) { j["words"] = Json::array(); }).starts_with("\"words\" is empty"));
  CHECK(complaint([](Json& j) { j["shown"]["relative"] = 1; }).starts_with("\"relative\" is not true or false"));
  CHECK(complaint([](Json& j) {
          j["model"]["patch_px"] = 1;
          j["grid"]["input_width"] = j["grid"]["input_height"] = j["grid"]["rows"] = j["grid"]["cols"] = 1 << 20;
        }).starts_with("\"grid\" has more than 16777216 patches"));
  CHECK(complaint([](Json& j) { j["model"]["patch_px"] = 0; }).starts_with("\"patch_px\" is not a whole number"));
  CHECK(complaint([](Json& j) { j["warnings"][0]["word"] = 99; }).starts_with("\"word\" is not a whole number"));
  CHECK(complaint([](Json& j) {
          j["words"][0]["map"] = {0.5, 0.5};
        }).starts_with("\"map\" has not one weight a patch"));
  for (const Json& wrong : {Json(-1), Json(1.5), Json(nullptr), Json("1")}) {
    CHECK(complaint([&](Json& j) { j["words"][0]["map"] = {wrong}; }).starts_with("\"map\" is not of weights"));
  }
  CHECK(complaint([](Json& j) {
          j["words"][0]["map"] = std::vector<double>(320, 0.0);
        }).starts_with("\"map\" does not sum to 1 over the image"));
  CHECK(complaint([](Json& j) {
          j["words"][0]["map"] = std::vector<double>(320, 0.0);
          j["words"][0]["map"][319] = 1;  // in the padding
        }).starts_with("\"map\" has weight outside of the image"));
  CHECK(complaint([](Json& j) {
          j["grid"]["input_height"] = j["grid"]["input_height"].get<int>() + 15;  // as many rows, but not whole ones
        }).starts_with("the input of \"grid\" is not whole patches"));
  CHECK(complaint([](Json& j) {
          std::swap(j["words"][0]["top"][0], j["words"][0]["top"][1]);
        }).starts_with("\"top\" is not in order"));
  CHECK(complaint([](Json& j) {
          j["words"][0]["top"][1] = j["words"][0]["top"][0];
        }).starts_with("\"top\" is not in order, or has a patch twice"));
  CHECK(complaint([](Json& j) {
          j["words"][0]["top"][0]["row"] = 0;
        }).starts_with("\"top\" has a patch with another's row"));
  CHECK(complaint([](Json& j) {
          std::swap(j["target"]["box"][0], j["target"]["box"][2]);
        }).starts_with("\"box\" is inside out"));
  CHECK(complaint([](Json& j) { j["words"][0]["entropy"] = 1e300; }).starts_with("\"entropy\" is not from 0 to 1"));
  CHECK(complaint([](Json& j) { j["words"][0]["nothing"] = -1; }).starts_with("\"nothing\" is not from 0 to 1"));
  CHECK(complaint([](Json& j) { j["target"]["box"][0] = -1e300; }).starts_with("\"box\" is not of pixels"));
  CHECK(complaint([](Json& j) { j["target"]["point"] = {1, 1e300}; }).starts_with("\"point\" is not [x, y]"));
  CHECK(complaint([](Json& j) { j["words"][0]["views"] = {1}; }).starts_with("\"views\" has not one reading a view"));
  CHECK(complaint([](Json& j) { j["target"]["point"] = {1}; }).starts_with("\"point\" is not [x, y]"));
}

TEST_CASE("files that are none") {
  const TempDir dir;
  CHECK_THROWS_WITH_AS(report::read_report_text(dir / "none"), (dir / "none: no such file").c_str(), Error);
  CHECK_THROWS_AS(report::read_report_text(dir.path()), Error);
}

TEST_CASE("inspect shows the words asked for and as many patches") {
  const Report sample = sample_report();
  const std::string text = report::inspect_text(sample, {1}, 1, {});
  CHECK(text.find("'红色'") != std::string::npos);
  CHECK(text.find("'cups'") == std::string::npos);
  CHECK(text.find("  top 1: ") != std::string::npos);
  const std::string csv = report::inspect_csv(sample, {1, 2}, 1);
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 3);
  CHECK(csv.starts_with("index,word,view,rank,patch,row,col,weight,cumulative,x0,y0,x1,y1\r\n1,\"红色\",0,1,"));
  const Json json = Json::parse(report::inspect_json(report::to_json(sample), {2, 0}, 1));
  REQUIRE(json.size() == 2);
  CHECK(json[0]["index"] == 2);
  CHECK(json[1]["top"].size() == 1);
}

TEST_CASE("names in a spreadsheet's line are quoted, in a terminal's harmless") {
  Report sample = sample_report();
  sample.words[0].text = "a\"b,c\x1b[2J";
  sample.main_view().image_path = "x\x1b[2J";
  CHECK(report::inspect_csv(sample, {0}, 1).find("0,\"a\"\"b,c") != std::string::npos);
  CHECK(report::inspect_text(sample, {0}, 1, {}).find('\x1b') == std::string::npos);
}
