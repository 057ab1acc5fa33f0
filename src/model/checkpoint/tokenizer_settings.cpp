#include "model/checkpoint/tokenizer_settings.hpp"

#include "arrays/limited_json.hpp"
#include "attnviz/core/printable.hpp"
#include "model/checkpoint/text_file.hpp"

namespace attnviz::model::checkpoint {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxSettingsBytes = 8 << 20;
constexpr std::size_t kMaxSpecialTokens = 16;

json read_object(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return json::object();
  const TextFile file(path, kMaxSettingsBytes);
  json object = arrays::parse_json(file.text(), file.source(), "the file");
  if (!object.is_object()) file.source().refuse("is no JSON object");
  return object;
}

// Of an object; null where it is absent.
const json& member(const json& object, const char* name) {
  static const json none;
  return object.is_object() && object.contains(name) ? object[name] : none;
}

// Tokens are written as "[CLS]" or as {"content": "[CLS]", ...}.
std::optional<std::string> token_text(const json& given) {
  const json& text = given.is_object() ? member(given, "content") : given;
  return text.is_string() ? std::optional(text.get<std::string>()) : std::nullopt;
}

bool is_set(const json& token, const char* flag) {
  const json& value = member(token, flag);
  return value.is_boolean() && value.get<bool>();
}

void add_special(std::vector<std::uint32_t>& to, const json& id, const text::TokenTable& vocabulary,
                 const arrays::Source& source) {
  const auto number = id.is_number_unsigned() ? id.get<std::uint64_t>() : text::kMaxTokenIds;
  if (!vocabulary.has(number)) source.refuse("the post_processor adds a token that the vocabulary lacks");
  if (to.size() == kMaxSpecialTokens) source.refuse("the post_processor adds too many tokens");
  to.push_back(static_cast<std::uint32_t>(number));
}

// {"single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": ...}, ...], "special_tokens": {"[CLS]": {"ids": [101]}}}
void read_template(const json& processor, const text::TokenTable& vocabulary, text::SpecialTokens& special,
                   const arrays::Source& source) {
  const json& parts = member(processor, "single");
  bool is_behind = false;
  if (!parts.is_array()) source.refuse("the post_processor has no list 'single'");
  for (const json& part : parts) {
    if (!member(part, "Sequence").is_null()) {
      is_behind = true;
      continue;
    }
    const std::optional<std::string> name = token_text(member(member(part, "SpecialToken"), "id"));
    const json& ids = name ? member(member(member(processor, "special_tokens"), name->c_str()), "ids") : member({}, "");
    if (!ids.is_array()) source.refuse("the post_processor adds a token without saying which");
    for (const json& id : ids) add_special(is_behind ? special.after : special.before, id, vocabulary, source);
  }
}

}  // namespace

TokenizerSettings::TokenizerSettings(const std::filesystem::path& folder)
    : config_(read_object(folder / "tokenizer_config.json")), map_(read_object(folder / "special_tokens_map.json")) {}

std::string TokenizerSettings::token(const char* role, const std::string& otherwise) const {
  if (const auto text = token_text(member(config_, role))) return *text;
  return token_text(member(map_, role)).value_or(otherwise);
}

std::optional<bool> TokenizerSettings::flag(const char* name) const {
  const json& value = member(config_, name);
  return value.is_boolean() ? std::optional(value.get<bool>()) : std::nullopt;
}

bool TokenizerSettings::is_class(std::string_view prefix) const {
  const json& name = member(config_, "tokenizer_class");
  return name.is_string() && name.get_ref<const std::string&>().starts_with(prefix);
}

bool TokenizerSettings::pads_left() const { return member(config_, "padding_side") == "left"; }

json TokenizerSettings::added_tokens() const {
  json list = json::array();
  const json& by_id = member(config_, "added_tokens_decoder");
  if (!by_id.is_object()) return list;
  for (const auto& [id, token] : by_id.items()) {
    const bool is_number = !id.empty() && id.size() < 10 && id.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number || !token.is_object()) continue;
    list.push_back(token);
    list.back()["id"] = std::stoul(id);
  }
  return list;
}

std::uint32_t special_id(const text::TokenTable& vocabulary, const std::string& token, const arrays::Source& source) {
  const std::optional<std::uint32_t> id = vocabulary.find(token);
  if (!id) {
    source.refuse("its vocabulary lacks the special token '" + printable(token.substr(0, 60)) + "'",
                  "is it another model's tokenizer?");
  }
  return *id;
}

bool read_post_processor(const json& processor, const text::TokenTable& vocabulary, text::SpecialTokens& special,
                         const arrays::Source& source) {
  const std::string type = token_text(member(processor, "type")).value_or("");
  if (type == "TemplateProcessing") {
    read_template(processor, vocabulary, special, source);
  } else if (type == "RobertaProcessing" || type == "BertProcessing") {
    const json &first = member(processor, "cls"), &last = member(processor, "sep");
    if (!first.is_array() || first.size() != 2 || !last.is_array() || last.size() != 2) {
      source.refuse("the post_processor lacks cls or sep");
    }
    add_special(special.before, first[1], vocabulary, source);
    add_special(special.after, last[1], vocabulary, source);
  } else if (type == "Sequence") {
    const json& parts = member(processor, "processors");
    bool any = false;
    for (const json& part : parts.is_array() ? parts : json::array()) {
      any |= read_post_processor(part, vocabulary, special, source);
    }
    return any;
  } else if (!processor.is_null() && type != "ByteLevel") {
    source.refuse("has a post_processor that attnviz does not know: '" + printable(type.substr(0, 60)) + "'");
  }
  return !processor.is_null() && type != "ByteLevel";
}

text::TokenTable read_added_tokens(const json& list, const arrays::Source& source) {
  text::TokenTable added(list.size());
  if (!list.is_array() && !list.is_null()) source.refuse("added_tokens is no list");
  for (const json& token : list) {
    if (is_set(token, "special")) continue;
    const std::optional<std::string> content = token_text(token);
    const json& id = member(token, "id");
    if (!token.is_object() || !content || content->empty() || !id.is_number_unsigned()) {
      source.refuse("an entry of added_tokens has no content or no id");
    }
    const std::string name = "'" + printable(content->substr(0, 60)) + "'";
    if (is_set(token, "normalized") || is_set(token, "single_word") || is_set(token, "lstrip") ||
        is_set(token, "rstrip")) {
      source.refuse("the added token " + name + " is searched for in a way that attnviz does not know");
    }
    if (added.add(*content, id.get<std::size_t>()) != text::TokenTable::Added::yes) {
      source.refuse("the added token " + name + " or its id comes twice, or is too large");
    }
  }
  return added;
}

}  // namespace attnviz::model::checkpoint
