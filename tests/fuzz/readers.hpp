// All that reads what users hand in: images, instructions, data sets, reports, models, checkpoint folders. The quick
// run of the test suite (fuzz_readers.cpp) and libFuzzer (fuzz_target.cpp) both go through this list.
//
// A new reader: a function beside those below, a line in all_readers, a folder in corpus/ (its seeds are a good start:
// `fuzz_readers seeds DIR` writes them).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "support/temp_dir.hpp"

namespace attnviz::test {

// One thing that is read. An attnviz::Error is the right answer to a broken input; anything else that `read` throws, a
// crash or a slow input is a finding.
struct Form {
  std::string name;
  std::vector<std::string> seeds;
  std::function<void(const std::string&)> read;
};

// Forms that are fuzzed together and share a corpus, tests/fuzz/corpus/NAME. An input is a letter, 'a' for the first
// form, and then the bytes of that form. Corpora know forms by their letters: new ones come last.
struct Reader {
  std::string name;
  std::vector<Form> forms;
};

// `dir`: for the files that forms read. The readers are used while it lives.
std::vector<Reader> all_readers(const TempDir& dir);

// The seeds of all forms, as inputs.
std::vector<std::string> seeds_of(const Reader& reader);

// Throws as the form does; an input of no form is passed over.
void read_input(const Reader& reader, std::string_view input);

// For what reads a file: writes the bytes to one, then calls read(path).
std::function<void(const std::string&)> from_file(const TempDir& dir,
                                                  const std::function<void(const std::string&)>& read);

Reader image_reader();
Reader text_reader();
Reader report_reader(const TempDir& dir);
Reader array_reader(const TempDir& dir);
Reader dump_reader(const TempDir& dir);
Reader model_reader(const TempDir& dir);
Reader checkpoint_reader(const TempDir& dir);
Reader tokenizer_reader(const TempDir& dir);

}  // namespace attnviz::test
