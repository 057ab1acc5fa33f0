#include "attnviz/report/report_page.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "attnviz/core/error.hpp"
#include "report/base64.hpp"
#include "report/json_writer.hpp"
#include "report/numbers.hpp"

// The page's own files (src/report/page/), as they are on disk.
extern "C" {
extern const char attnviz_page_html_begin[], attnviz_page_html_end[];
extern const char attnviz_page_css_begin[], attnviz_page_css_end[];
extern const char attnviz_maths_js_begin[], attnviz_maths_js_end[];
extern const char attnviz_texts_js_begin[], attnviz_texts_js_end[];
extern const char attnviz_parts_js_begin[], attnviz_parts_js_end[];
extern const char attnviz_stages_js_begin[], attnviz_stages_js_end[];
extern const char attnviz_cards_js_begin[], attnviz_cards_js_end[];
extern const char attnviz_page_js_begin[], attnviz_page_js_end[];
}

namespace attnviz::report {
namespace {

constexpr std::size_t kMostWeights = std::size_t{32} << 20;

std::string file(const char* begin, const char* end) { return {begin, end}; }

// As float32, little-endian: src/report/page/maths.js reads them.
void add_weights(Json& json, const AttentionMaps& maps) {
  static_assert(std::endian::native == std::endian::little);
  const auto* begin = reinterpret_cast<const std::uint8_t*>(maps.weights.data());
  json["nothing"] = maps.nothing.empty() ? Json() : Json(maps.nothing);
  json["weights"] = base64({begin, maps.weights.size() * sizeof(float)});
}

Json view_json(const ViewReading& view, const AttentionMaps& maps, const PageParts::Picture& picture) {
  const PatchGrid& grid = view.grid;
  Json json{{"path", view.image_path},
            {"grid",
             {{"rows", grid.rows()},
              {"cols", grid.cols()},
              {"patch_px", grid.patch_px},
              {"content_left", grid.content_left},
              {"content_top", grid.content_top},
              {"content_width", grid.content_width},
              {"content_height", grid.content_height},
              {"image_width", grid.image_width},
              {"image_height", grid.image_height}}},
            {"picture", "data:" + picture.type + ";base64," + base64(picture.bytes)}};
  add_weights(json, maps);
  return json;
}

// The words as they stand in the instruction, each with what stands before it; last what stands after all.
void add_words(Json& json, const Report& report) {
  Json words = Json::array();
  std::size_t done = 0;
  const auto between = [&](std::size_t end) {
    return end > done && end <= report.instruction.size() ? report.instruction.substr(done, end - done) : "";
  };
  for (const Word& word : report.words) {
    Json tokens = Json::array();
    for (const Token& token : word.tokens) tokens.push_back(token.text);
    words.push_back({{"text", word.text},
                     {"before", between(word.byte_begin)},
                     {"known", word.known},
                     {"kind", word.kind ? Json(to_string(*word.kind)) : Json()},
                     {"tokens", std::move(tokens)}});
    done = std::max(done, word.byte_end);
  }
  json["words"] = std::move(words);
  json["after"] = between(report.instruction.size());
}

Json target_json(const Target& target) {
  return {{"point", {target.point.x, target.point.y}},
          {"box", {target.box.x0, target.box.y0, target.box.x1, target.box.y1}},
          {"score", round_significant(target.score)}};
}

std::string facts(const Report& report, Language language) {
  const PatchGrid& grid = report.main_view().grid;
  const std::string dot = " \u00b7 ";
  return report.model.name + dot + report.model.fusion + dot + report.model.signal + dot + std::to_string(grid.cols()) +
         " x " + std::to_string(grid.rows()) + (language == Language::zh ? " 图像块" : " patches") + dot +
         "attnviz " ATTNVIZ_VERSION;
}

Json page_json(const Report& report, const std::vector<AttentionMaps>& maps, const PageParts& parts) {
  Json json{{"language", parts.language == Language::zh ? "zh" : "en"},
            {"instruction", report.instruction},
            {"facts", facts(report, parts.language)},
            {"layers", maps.front().num_layers},
            {"heads", maps.front().num_heads},
            {"shown",
             {{"layer", report.shown.layer},
              {"head", report.shown.head},
              {"relative", report.shown.relative},
              {"scale", report.scale}}},
            {"look",
             {{"colormap", parts.colormap},
              {"alpha", parts.alpha},
              {"interpolation", parts.interpolation},
              {"target", true}}},
            {"top", report.main_view().readings.front().top.size()},
            {"target", report.target ? target_json(*report.target) : Json()}};
  add_words(json, report);
  json["warnings"] = Json::array();
  for (const Warning& warning : report.warnings) {
    json["warnings"].push_back(to_text(warning, report.words, parts.language));
  }
  for (const auto& [name, colours] : parts.colormaps) json["colormaps"][name] = colours;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    json["views"].push_back(view_json(report.views[i], maps[i], parts.pictures[i]));
  }
  return json;
}

// "</script>" in a string would end the data: no '<' is left in it.
std::string as_script_data(const Json& json) {
  std::string data = json.dump(-1, ' ', false, Json::error_handler_t::replace), safe;
  safe.reserve(data.size());
  for (const char c : data) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

// The template with each @NAME@ replaced; what is put in is not looked at again.
std::string filled(std::string_view page, const std::vector<std::pair<std::string_view, std::string>>& parts) {
  std::string result;
  for (const auto& [name, text] : parts) {
    const std::size_t at = page.find(name);
    if (at == std::string_view::npos) throw std::logic_error("the page has no place for " + std::string(name));
    result.append(page.substr(0, at)).append(text);
    page.remove_prefix(at + name.size());
  }
  return result.append(page);
}

std::string script() {
  return file(attnviz_maths_js_begin, attnviz_maths_js_end) + file(attnviz_texts_js_begin, attnviz_texts_js_end) +
         file(attnviz_parts_js_begin, attnviz_parts_js_end) + file(attnviz_stages_js_begin, attnviz_stages_js_end) +
         file(attnviz_cards_js_begin, attnviz_cards_js_end) + file(attnviz_page_js_begin, attnviz_page_js_end);
}

}  // namespace

std::string to_html(const Report& report, const std::vector<AttentionMaps>& maps, const PageParts& parts) {
  if (maps.empty() || maps.size() != report.views.size() || maps.size() != parts.pictures.size()) {
    throw std::logic_error("maps and a picture of every view are needed");
  }
  std::size_t num_weights = 0;
  for (const AttentionMaps& of_view : maps) {
    num_weights += of_view.num_layers * of_view.num_heads * of_view.num_words * of_view.num_patches;
  }
  if (num_weights > kMostWeights) {
    throw Error(ErrorCode::usage, "--formats html",
                "a page of " + std::to_string(num_weights) + " weights would be too large to be of use",
                "ask for fewer words, or fewer --patches");
  }
  return filled(file(attnviz_page_html_begin, attnviz_page_html_end),
                {{"@STYLE@", file(attnviz_page_css_begin, attnviz_page_css_end)},
                 {"@DATA@", as_script_data(page_json(report, maps, parts))},
                 {"@SCRIPT@", script()}});
}

}  // namespace attnviz::report
