#include "model/checkpoint/tokenizer_json.hpp"

#include <optional>

#include "arrays/limited_json.hpp"
#include "attnviz/core/printable.hpp"

namespace attnviz::model::checkpoint {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxDocumentValues = 400'000;  // added tokens of Gemma: 45,000
constexpr std::size_t kBytesPerToken = 17;           // CLIP, Gemma: a little more; so the table rarely grows

std::string shown(std::string_view token) { return "'" + printable(std::string(token.substr(0, 60))) + "'"; }

// What nlohmann's SAX parser calls. Every call returns false to stop; `problem` then says why.
class Handler {
public:
  enum class Part { document, vocabulary, merges };

  // `root`: where the parsed text begins.
  Handler(TokenizerJson& out, Part root) : out_(out), part_(root) {}

  std::string problem;

  bool null() { return value(json(nullptr)); }
  bool boolean(bool v) { return value(json(v)); }
  bool number_integer(json::number_integer_t v) { return number(json(v), static_cast<double>(v), false); }
  bool number_unsigned(json::number_unsigned_t v) { return number(json(v), static_cast<double>(v), true); }
  bool number_float(json::number_float_t v, const std::string&) { return number(json(v), v, false); }
  bool binary(json::binary_t&) { return refuse("holds binary data"); }

  bool string(std::string& v) {
    if (part_ == Part::vocabulary && depth_ == part_depth_ + 2 && is_list_) return take_token(v);
    if (part_ == Part::merges) return take_merge_text(v);
    return value(json(v));
  }

  bool key(std::string& v) {
    if (part_ == Part::vocabulary) {
      if (is_list_ || depth_ != part_depth_ + 1) return refuse("has a vocabulary of another form than {token: id}");
      return take_token(v);
    }
    if (part_ == Part::merges) return refuse("has merges that are no list of pairs");
    if (depth_ == 1) section_ = v;
    const bool in_model = depth_ == 2 && section_ == "model";
    if (in_model && v == "vocab") return enter(Part::vocabulary);
    if (in_model && v == "merges") return enter(Part::merges);
    key_ = v;
    return true;
  }

  bool start_object(std::size_t) { return open(json::object(), false); }
  bool start_array(std::size_t) { return open(json::array(), true); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    if (problem.empty()) problem = "is not valid JSON";
    return false;
  }

private:
  bool refuse(std::string what) {
    problem = std::move(what);
    return false;
  }

  bool enter(Part part) {
    if (part == Part::vocabulary ? out_.vocabulary.size() > 0 : out_.merges.size() > 0) {
      return refuse("has two vocabularies or lists of merges");
    }
    part_ = part;
    part_depth_ = depth_;
    return true;
  }

  bool open(json container, bool is_list) {
    if (++depth_ > arrays::kMaxJsonDepth) return refuse("is nested too deeply");
    if (part_ == Part::document) return put(std::move(container), true);
    const int inside = depth_ - part_depth_;
    if (part_ == Part::vocabulary) {
      if (inside == 1) is_list_ = is_list;
      const bool is_entry = inside == 2 && is_list_ && is_list;
      return inside == 1 || is_entry || refuse("has a vocabulary of another form than {token: id} or [[token, score]]");
    }
    return (is_list && inside <= 2) || refuse("has merges that are no list of pairs");
  }

  bool close() {
    --depth_;
    if (part_ == Part::document) {
      stack_.pop_back();
      return true;
    }
    if (has_token_) return refuse("has a token without an id or score: " + shown(token_));
    if (has_left_) return refuse("has a merge without a right side");
    if (depth_ == part_depth_) part_ = Part::document;
    return true;
  }

  bool take_token(const std::string& v) {
    if (has_token_) return refuse("has two tokens in one entry of its vocabulary");
    token_ = v;
    has_token_ = true;
    return true;
  }

  bool take_merge_text(const std::string& v) {
    const int inside = depth_ - part_depth_;
    if (inside == 2 && !has_left_) {
      token_ = v;
      has_left_ = true;
      return true;
    }
    if (out_.merges.size() >= kMaxMerges) return refuse("has more than " + std::to_string(kMaxMerges) + " merges");
    if (inside == 2) {
      out_.merges.add(token_, v);
      has_left_ = false;
      return true;
    }
    const std::size_t space = v.find(' ');
    if (inside != 1 || space == std::string::npos || v.find(' ', space + 1) != std::string::npos) {
      return refuse("has a merge that is no pair: " + shown(v));
    }
    out_.merges.add(std::string_view(v).substr(0, space), std::string_view(v).substr(space + 1));
    return true;
  }

  bool number(json as_json, double v, bool is_index) {
    if (part_ != Part::vocabulary) return value(std::move(as_json));
    if (!has_token_) return refuse("has a number in its vocabulary that belongs to no token");
    has_token_ = false;
    if (!is_list_ && !is_index) return refuse("has an id that is no whole number: " + shown(token_));
    const double id = is_list_ ? static_cast<double>(out_.scores.size()) : v;
    if (id >= static_cast<double>(text::kMaxTokenIds)) return refuse("has an id that is too large: " + shown(token_));
    if (is_list_) out_.scores.push_back(v);
    switch (out_.vocabulary.add(token_, static_cast<std::size_t>(id))) {
      case text::TokenTable::Added::yes:
        return true;
      case text::TokenTable::Added::token_known:
        return refuse("has a token twice: " + shown(token_));
      case text::TokenTable::Added::id_taken:
        return refuse("gives two tokens the same id, one of them " + shown(token_));
      case text::TokenTable::Added::too_large:
        break;
    }
    return refuse("has a token that is too long, or too many of one kind: " + shown(token_));
  }

  bool value(json v) {
    if (part_ == Part::document) return put(std::move(v), false);
    const bool is_absent = v.is_null() && depth_ == part_depth_;  // "merges": null
    if (!is_absent) return refuse("has a vocabulary or merges of another form");
    part_ = Part::document;
    return true;
  }

  bool put(json v, bool is_container) {
    if (++values_ > kMaxDocumentValues) return refuse("holds too much beside its vocabulary");
    json* placed = &out_.document;
    if (stack_.empty()) {
      *placed = std::move(v);
    } else if (stack_.back()->is_array()) {
      placed = &stack_.back()->emplace_back(std::move(v));
    } else {
      placed = &((*stack_.back())[key_] = std::move(v));
    }
    if (is_container) stack_.push_back(placed);
    return true;
  }

  TokenizerJson& out_;
  Part part_;
  int depth_ = 0, part_depth_ = 0;
  bool is_list_ = false, has_token_ = false, has_left_ = false;
  std::string section_, key_, token_;
  std::vector<json*> stack_;  // the open containers; a parent is not added to while a child is open
  std::size_t values_ = 0;
};

TokenizerJson parse(std::string_view text, Handler::Part root, const arrays::Source& source) {
  TokenizerJson out{{}, text::TokenTable(text.size() / kBytesPerToken), {}, {}};
  Handler handler(out, root);
  if (!json::sax_parse(text.begin(), text.end(), &handler)) source.refuse(handler.problem);
  return out;
}

}  // namespace

void MergeList::add(std::string_view left, std::string_view right) {
  bytes += left;
  ends.push_back(static_cast<std::uint32_t>(bytes.size()));
  bytes += right;
  ends.push_back(static_cast<std::uint32_t>(bytes.size()));
}

MergeList::Pair MergeList::operator[](std::size_t i) const {
  const std::uint32_t begin = i == 0 ? 0 : ends[2 * i - 1], middle = ends[2 * i], end = ends[2 * i + 1];
  const std::string_view all = bytes;
  return {all.substr(begin, middle - begin), all.substr(middle, end - middle)};
}

const json& TokenizerJson::model(const char* name) const {
  static const json none;
  if (!document.is_object() || !document.contains("model")) return none;
  const json& model = document["model"];
  return model.is_object() && model.contains(name) ? model[name] : none;
}

std::string TokenizerJson::model_text(const char* name) const {
  const json& value = model(name);
  return value.is_string() ? value.get<std::string>() : "";
}

TokenizerJson parse_tokenizer_json(std::string_view text, const arrays::Source& source) {
  TokenizerJson out = parse(text, Handler::Part::document, source);
  if (out.model("type").is_null() && out.vocabulary.size() == 0) {
    source.refuse("has no model with a vocabulary", "is it a tokenizer.json of the tokenizers library?");
  }
  return out;
}

text::TokenTable parse_vocabulary_json(std::string_view text, const arrays::Source& source) {
  TokenizerJson out = parse(text, Handler::Part::vocabulary, source);
  if (!out.scores.empty()) source.refuse("has a vocabulary of another form than {token: id}");
  return std::move(out.vocabulary);
}

text::MergeTable link_merges(const MergeList& list, const text::TokenTable& vocabulary, const arrays::Source& source) {
  text::MergeTable merges(list.size());
  std::string joined;
  std::optional<std::uint32_t> both;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const MergeList::Pair pair = list[i];
    joined.assign(pair.left).append(pair.right);
    const auto left = vocabulary.find(pair.left), right = vocabulary.find(pair.right);
    // Most often the token after the one that the merge before has made: no search.
    const bool is_next = both && vocabulary.has(++*both) && vocabulary.text(*both) == joined;
    if (!is_next) both = vocabulary.find(joined);
    if (!left || !right || !both) {
      source.refuse("merge " + std::to_string(i) + " joins or makes a token that the vocabulary lacks",
                    "do vocabulary and merges belong together?");
    }
    if (!merges.add(*left, *right, {static_cast<std::uint32_t>(i), *both})) source.refuse("has too many merges");
  }
  return merges;
}

}  // namespace attnviz::model::checkpoint
