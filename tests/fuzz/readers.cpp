#include "fuzz/readers.hpp"

#include <webp/decode.h>

#include <cstdint>
#include <memory>
#include <sstream>
#include <utility>

#include "attnviz/app/options.hpp"
#include "attnviz/image/decode.hpp"
#include "attnviz/render/labels.hpp"
#include "attnviz/text/segment.hpp"
#include "fuzz/fixture_folder.hpp"
#include "model/checkpoint/tokenizer_files.hpp"
#include "support/image_files.hpp"
#include "support/scenes.hpp"
#include "support/tokenizer_checks.hpp"
#include "support/words.hpp"
#include "text/utf8.hpp"

namespace attnviz::test {
namespace {

using TokenizerKind = model::checkpoint::TokenizerKind;

std::string string_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// One file of each way in which PNG packs pixels.
std::vector<std::string> png_seeds() {
  return {string_of(make_png(coordinates_image(24, 17))),
          string_of(make_png({3, 2, 1, 0, {0xA0, 0x40}, {}, {}, make_exif(6, true)})),
          string_of(make_png({2, 2, 4, 3, {0x01, 0x20}, {255, 0, 0, 0, 255, 0, 0, 0, 255}, {0, 128}, {}})),
          string_of(make_png({1, 2, 16, 6, Bytes(16, 0x5A), {}, {}, make_exif(3, false)})),
          string_of(make_png({2, 1, 8, 4, {9, 255, 80, 0}, {}, {}, {}}))};
}

// A few bytes of WebP may rightly be a picture of the largest size: nothing for a fuzzer.
void decode_image(const std::string& bytes) {
  constexpr int kMostPixels = 1 << 20;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  int width = 0, height = 0;
  if (WebPGetInfo(data, bytes.size(), &width, &height) != 0 && width > kMostPixels / height) return;
  image::decode({data, bytes.size()}, "fuzz");
}

// Texts for a sound tokenizer.
Form text_for(const std::string& fixture, TokenizerKind kind) {
  const std::shared_ptr<text::Tokenizer> tokenizer =
      model::checkpoint::read_tokenizer(fixture_path("tokenizers/" + fixture), kind);
  return {"text for " + fixture,
          {"pick up the red cup's 2nd lid!", "拿起红色杯子 Ａ ½ ﬁ",
           "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9 e\xCC\x81\xCC\xA3 \xE3\x80\x80 x"},
          [tokenizer](const std::string& text) {
            text::check_utf8(text, ErrorCode::input, "text");
            check_encoding(*tokenizer, text);
          }};
}

// What words and names become in pictures.
void draw_label(const std::string& text) {
  static const render::Labels kLabels("A拿");
  text::check_utf8(text, ErrorCode::input, "label");
  Image image(60, 20);
  kLabels.draw(image, 2, 2, 16, kLabels.drawable(text), {255, 255, 255});
  kLabels.width(kLabels.word_name(text, 3), 16);
}

void parse_command_line(const std::string& lines) {
  std::vector<std::string> arguments{"attnviz"};
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) arguments.push_back(line.c_str());  // none holds a zero byte
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  app::parse_command_line(static_cast<int>(argv.size()), argv.data());
}

}  // namespace

Reader image_reader() {
  std::vector<std::string> seeds = png_seeds();
  seeds.insert(seeds.end(), {ppm_bytes(9, 7), "P1\n3 2\n1 0 1 0 1 0\n", "P2 2 1 65535 0 65535", "P4\n9 1\n\xAA\x80"});
  return {"image", {{"image", std::move(seeds), decode_image}}};
}

Reader text_reader() {
  const Vocabulary vocabulary = vocabulary_of({"pick up", "red", "cup", "拿起", "红色", "杯子"});
  return {"text",
          {{"instruction",
            {"pick up the red cup", "拿起红色杯子", "把 ＲＥＤ ﬁsh 放到 👨‍👩‍👧 é"},
            [vocabulary](const std::string& bytes) { text::segment(bytes, vocabulary); }},
           {"words of an instruction",
            {"拿起|红色|杯子", "red|cup"},
            [vocabulary](const std::string& bytes) { text::segment_as("拿起红色杯子 red cup", bytes, vocabulary); }},
           {"instruction and its words, a line each",
            {"拿起红色杯子\n拿起|红色|杯子", "pick  up the ＲＥＤ cup\npick up|red"},
            [vocabulary](const std::string& bytes) {
              const std::size_t end = bytes.find('\n');
              if (end == std::string::npos) return;
              text::segment_as(bytes.substr(0, end), bytes.substr(end + 1), vocabulary);
            }},
           text_for("clip-json", TokenizerKind::clip),
           text_for("bert-lower", TokenizerKind::word_piece),
           text_for("bert-cased", TokenizerKind::word_piece),
           text_for("siglip-pieces", TokenizerKind::sentence_piece),
           text_for("siglip-json", TokenizerKind::sentence_piece),
           text_for("gemma-json", TokenizerKind::sentence_piece),
           text_for("gemma-pieces", TokenizerKind::sentence_piece),
           {"label", {"拿起 pick up #3", "\u05D0\u0627 \u200D\U0001F34E"}, draw_label},
           {"command line, an argument a line",
            {"a.png\nred cup\n--top\n3\n--words=red|cup\n--layer\nlast\n--alpha\n0.5", "models\ninfo\nbase",
             "eval\nx.jsonl\n--limit\n2", "video\nframes\nred cup\n--every\n2", "diff\na\nb\n--json"},
            parse_command_line}}};
}

std::vector<Reader> all_readers(const TempDir& dir) {
  return {image_reader(),    text_reader(),          report_reader(dir),    array_reader(dir),
          model_reader(dir), checkpoint_reader(dir), tokenizer_reader(dir), dump_reader(dir)};
}

std::vector<std::string> seeds_of(const Reader& reader) {
  std::vector<std::string> inputs;
  char letter = 'a';
  for (const Form& form : reader.forms) {
    for (const std::string& seed : form.seeds) inputs.push_back(letter + seed);
    ++letter;
  }
  return inputs;
}

void read_input(const Reader& reader, std::string_view input) {
  if (input.empty() || input[0] < 'a') return;
  const auto index = static_cast<std::size_t>(input[0] - 'a');
  if (index < reader.forms.size()) reader.forms[index].read(std::string(input.substr(1)));
}

std::function<void(const std::string&)> from_file(const TempDir& dir,
                                                  const std::function<void(const std::string&)>& read) {
  return [path = dir / "input", read](const std::string& bytes) {
    write_bytes(path, bytes);
    read(path);
  };
}

}  // namespace attnviz::test
