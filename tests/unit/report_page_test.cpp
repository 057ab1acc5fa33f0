#include <doctest/doctest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "attnviz/core/error.hpp"
#include "attnviz/report/report_page.hpp"
#include "report/base64.hpp"
#include "support/sample_report.hpp"

using namespace attnviz;
using Json = nlohmann::ordered_json;

namespace {

report::PageParts parts_of(std::size_t num_views) {
  report::PageParts parts;
  parts.pictures.assign(num_views, {"image/png", {1, 2, 3}});
  parts.colormaps = {{"grey", "000000ffffff"}};
  parts.colormap = "grey";
  parts.interpolation = "cubic";
  return parts;
}

// Two layers of eight heads, as the sample report says; weight p of every row is p + 1 parts of the whole.
AttentionMaps sample_maps() {
  AttentionMaps maps(2, 8, 3, 320, true);
  for (std::size_t i = 0; i < maps.weights.size(); ++i) maps.weights[i] = static_cast<float>(i % 320 + 1) / 51360.0F;
  return maps;
}

Json data_of(const std::string& html) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const std::size_t from = html.find(begin) + begin.size();
  return Json::parse(html.substr(from, html.find("</script>", from) - from));
}

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

TEST_CASE("base64 as in RFC 4648") {
  const std::vector<std::string> expected{"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  const std::string text = "foobar";
  for (std::size_t length = 0; length <= text.size(); ++length) {
    CHECK(report::base64(bytes_of(text.substr(0, length))) == expected[length]);
  }
  CHECK(report::base64(std::vector<std::uint8_t>{0xFB, 0xFF, 0xFE}) == "+//+");
}

TEST_CASE("the page holds every layer and head, and the words with what stands between them") {
  const Json data = data_of(report::to_html(test::sample_report(), {sample_maps()}, parts_of(1)));
  CHECK(data["layers"] == 2);
  CHECK(data["heads"] == 8);
  const Json& view = data["views"][0];
  CHECK(view["weights"].get<std::string>().size() == 2 * 8 * 3 * 320 * sizeof(float) / 3 * 4);
  CHECK(view["nothing"].size() == 48);
  CHECK(view["picture"] == "data:image/png;base64,AQID");
  CHECK(data["words"][2]["text"] == "cups");
  CHECK(data["words"][2]["known"] == false);
  std::string sentence;
  for (const Json& word : data["words"])
    sentence += word["before"].get<std::string>() + word["text"].get<std::string>();
  CHECK(sentence + data["after"].get<std::string>() == test::sample_report().instruction);
}

TEST_CASE("nothing that was said ends the data or begins markup") {
  Report report = test::sample_report();
  report.instruction = "</script><script>alert(1)</script><!-- @SCRIPT@";
  report.main_view().image_path = "<img src=x onerror=alert(1)>";
  report.words[0].text = "<b>";
  report.warnings[0].message = "</script>\xFF";
  const std::string html = report::to_html(report, {sample_maps()}, parts_of(1));
  CHECK(html.find("alert(1)<") == std::string::npos);
  CHECK(html.find("<img src=x") == std::string::npos);
  const Json data = data_of(html);
  CHECK(data["instruction"] == report.instruction);
  CHECK(data["views"][0]["path"] == report.main_view().image_path);
}

TEST_CASE("views of other shapes, models without \"nothing here\", pages that are too large") {
  Report report = test::sample_report();
  report.views.push_back(report.views.front());
  AttentionMaps plain(2, 8, 3, 320, false);
  const Json data = data_of(report::to_html(report, {sample_maps(), plain}, parts_of(2)));
  CHECK(data["views"].size() == 2);
  CHECK(data["views"][1]["nothing"].is_null());
  AttentionMaps huge(1, 1, 1, 1, false);
  huge.num_words = 34'000'000;  // is counted before anything is read
  CHECK_THROWS_WITH_AS(report::to_html(test::sample_report(), {huge}, parts_of(1)),
                       doctest::Contains("34000000 weights would be too large"), Error);
}
