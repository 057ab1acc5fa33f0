// Feeds broken inputs to everything that reads what users hand in: images, instructions, data sets, reports, models,
// files of arrays.
// Usage: fuzz_readers SECONDS [SEED]. Meant for the sanitize build (./dev fuzz SECONDS): a finding ends the program.
// An attnviz::Error is the right answer to a broken input; any other exception, a crash or a slow input is a finding.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "attnviz/analysis/compare.hpp"
#include "attnviz/arrays/array_file.hpp"
#include "attnviz/arrays/attention_dump.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/image/decode.hpp"
#include "attnviz/model/model.hpp"
#include "attnviz/render/pictures.hpp"
#include "attnviz/report/diff_report.hpp"
#include "attnviz/report/inspect.hpp"
#include "attnviz/report/report_file.hpp"
#include "attnviz/report/report_json.hpp"
#include "attnviz/report/report_reader.hpp"
#include "attnviz/report/video_report.hpp"
#include "attnviz/text/segment.hpp"
#include "fuzz/tokenizer_inputs.hpp"
#include "support/array_files.hpp"
#include "support/image_files.hpp"
#include "support/model_file.hpp"
#include "support/sample_report.hpp"
#include "support/scenes.hpp"
#include "support/temp_dir.hpp"
#include "support/words.hpp"

namespace {

using namespace attnviz;
using attnviz::test::TempDir;

constexpr double kSlowSeconds = 20;

struct Reader {
  std::string name;
  std::vector<std::string> seeds;
  std::function<void(const std::string&)> read;
};

// Flips, cuts, doubles and overwrites with extreme values, a few times over.
class Mutator {
public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  std::string mutate(std::string bytes) {
    for (std::size_t rounds = 1 + below(6); rounds-- > 0;) change(bytes);
    return bytes;
  }

private:
  void change(std::string& bytes) {
    const std::size_t at = below(bytes.size());
    switch (below(6)) {
      case 0:
        if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        if (!bytes.empty()) bytes[at] = static_cast<char>(random_());
        break;
      case 2:
        bytes.resize(at);
        break;
      case 3:
        bytes.insert(at, bytes.substr(below(bytes.size()), below(64)));
        break;
      case 4:
        bytes.erase(at, below(16));
        break;
      default:
        overwrite(bytes, at);
    }
  }

  void overwrite(std::string& bytes, std::size_t at) {
    static const std::vector<std::string> extremes{"\xFF\xFF\xFF\xFF",
                                                   std::string(4, '\0'),
                                                   "\x7F\xFF\xFF\xFF",
                                                   std::string("\x80\0\0\0", 4),
                                                   "99999999999999999999",
                                                   "-1",
                                                   "1e999",
                                                   "[[[[[[[[",
                                                   "\"",
                                                   "\xF0\x9F\x98\x80",
                                                   "\xE2\x80\x8D"};
    const std::string& extreme = extremes[below(extremes.size())];
    bytes.replace(at, extreme.size(), extreme);
  }

  std::mt19937 random_;
};

std::string string_of(const test::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// All that is done with a finished report.
void inspect(const std::string& path) {
  report::read_identity(path);
  const std::string text = report::read_report_text(path);
  const Report report = report::parse_report(text, path);
  std::vector<std::size_t> words(report.words.size());
  std::iota(words.begin(), words.end(), std::size_t{0});
  report::inspect_text(report, words, 2, {});
  report::inspect_csv(report, words, 2);
  report::inspect_json(text, words, 2);
  const ReportComparison same = analysis::compare(report, report, analysis::pair_words(report.words, report.words));
  report::diff_text({path, report}, {path, report}, same, {});
  report::diff_json({path, report}, {path, report}, same);
  constexpr int kMostPixels = 1 << 20;  // to draw more takes its time, and shows no more
  for (const ViewReading& view : report.views) {
    if (std::int64_t{view.grid.image_width} * view.grid.image_height > kMostPixels) continue;
    for (const WordReading& reading : view.readings) {
      if (!reading.heat.empty()) render::upsample(reading.heat, view.grid, render::Interpolation::cubic);
    }
  }
}

// All that is done with a file of arrays.
void read_arrays(const std::string& path) {
  const arrays::ArrayFile file = arrays::ArrayFile::open(path);
  for (const arrays::ArrayInfo& info : file.arrays()) {
    for (const bool is_text : {false, true}) {
      try {
        is_text ? file.read_texts(info).size() : file.read_whole_numbers(info).size();
      } catch (const Error&) {
        // Most are of another type; the attention is still to be read.
      }
    }
  }
  const std::string key = file.arrays().size() > 2 ? "layer_*" : "";
  const arrays::AttentionDump dump(file, key);
  dump.read({{0}, {dump.num_rows() - 1}}, {0, dump.num_columns() - 1});
}

std::string fixture(const std::string& name) {
  return test::read_bytes(std::string(ATTNVIZ_TEST_DATA) + "/reference/data/" + name);
}

std::vector<Reader> readers(const TempDir& dir) {
  const Image picture = test::coordinates_image(24, 17);
  const auto from_file = [&dir](const std::function<void(const std::string&)>& read) {
    return [&dir, read](const std::string& bytes) {
      test::write_bytes(dir / "input", bytes);
      read(dir / "input");
    };
  };
  const std::string item =
      R"({"image": "a.png", "instruction": "red cup", "targets": [{"word": "red", "kind": "colour", "boxes": [[1, 2, 3, 4]]}], "goal": {"mask": "m.png"}})";
  const test::ModelFile whole = test::with_id(test::tiny_model(), "abc");
  test::write_bytes(dir / "enc.safetensors", whole.bytes());
  test::write_bytes(dir / "user.safetensors", test::without_encoders(whole, "fuzzed", "abc").bytes());
  const Vocabulary vocabulary = test::vocabulary_of({"pick up", "red", "cup", "拿起", "红色", "杯子"});
  return {
      {"image",
       {string_of(test::make_png(picture)), test::ppm_bytes(9, 7), "P1\n3 2\n1 0 1 0 1 0\n", "BM", "RIFF"},
       [](const std::string& bytes) {
         image::decode({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "fuzz");
       }},
      {"instruction",
       {"pick up the red cup", "拿起红色杯子", "把 ＲＥＤ ﬁsh 放到 👨‍👩‍👧 é"},
       [vocabulary](const std::string& bytes) { text::segment(bytes, vocabulary); }},
      {"words",
       {"拿起|红色|杯子", "red|cup"},
       [vocabulary](const std::string& bytes) { text::segment_as("拿起红色杯子 red cup", bytes, vocabulary); }},
      {"data set", {item + "\n" + item}, from_file([](const std::string& path) { report::read_dataset(path); })},
      {"report", {report::to_json(test::sample_report())}, from_file(inspect)},
      {"video report",
       {R"({"schema": "attnviz.video/1", "source": "frames", "instruction": "red cup", "files": ["frames.jsonl"]})"},
       from_file([](const std::string& path) { report::read_video_summary(path); })},
      {"model", {test::tiny_model_bytes()}, from_file([](const std::string& path) { model::load(path); })},
      {"model with another's encoders",
       {test::without_encoders(whole, "enc", "abc").bytes(), test::without_encoders(whole, "input", "abc").bytes()},
       from_file([](const std::string& path) { model::load(path); })},
      {"arrays",
       {test::npy_of({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), fixture("arrays_bf16.npy"), fixture("arrays_deflated.npz"),
        fixture("arrays_stored.npz"), fixture("arrays.safetensors"),
        test::zip_bytes({{"layer_0.npy", test::npy_of({1, 2}, {1, 2}), 0, 8},
                         {"layer_1.npy", test::npy_of({1, 2}, {3, 4})},
                         {"layer_2.npy", test::npy_of({1, 2}, {5, 6}), 0, 8}})},
       from_file(read_arrays)},
      {"encoders of a model",
       {whole.bytes()},
       [&dir](const std::string& bytes) {
         test::write_bytes(dir / "fuzzed.safetensors", bytes);
         model::load(dir / "user.safetensors");
       }},
  };
}

// False: a finding; what led to it is kept in `fuzz-finding.bin` of the working folder.
bool survives(const Reader& reader, const std::string& input) {
  const auto begin = std::chrono::steady_clock::now();
  std::string finding;
  try {
    reader.read(input);
  } catch (const Error&) {
    // The right answer.
  } catch (const std::exception& error) {
    finding = error.what();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (took.count() > kSlowSeconds) finding = "took " + std::to_string(took.count()) + " s";
  if (finding.empty()) return true;
  test::write_bytes("fuzz-finding.bin", input);
  std::printf("%s: %s (input in fuzz-finding.bin)\n", reader.name.c_str(), finding.c_str());
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::puts("usage: fuzz_readers SECONDS [SEED]");
    return 2;
  }
  const double seconds = std::atof(argv[1]);
  const auto seed = static_cast<std::uint32_t>(argc > 2 ? std::atol(argv[2]) : 1);
  const TempDir dir;
  std::vector<Reader> all = readers(dir);
  for (const test::TokenizerInputs& inputs : test::tokenizer_inputs(dir)) {
    all.push_back({inputs.name, inputs.seeds, inputs.read});
  }
  Mutator mutator(seed);
  std::vector<std::size_t> counts(all.size());
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  for (std::size_t turn = 0; std::chrono::steady_clock::now() < end; ++turn) {
    const Reader& reader = all[turn % all.size()];
    if (!survives(reader, mutator.mutate(reader.seeds[mutator.below(reader.seeds.size())]))) return 1;
    ++counts[turn % all.size()];
  }
  for (std::size_t i = 0; i < all.size(); ++i) std::printf("%s: %zu inputs\n", all[i].name.c_str(), counts[i]);
  return 0;
}
