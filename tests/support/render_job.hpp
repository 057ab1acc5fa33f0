// attnviz render on dumps that a test makes up.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/array_files.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/scenes.hpp"
#include "support/temp_dir.hpp"

namespace attnviz::test {

inline nlohmann::ordered_json report_of(const std::string& folder) {
  return nlohmann::ordered_json::parse(read_bytes(folder + "/report.json"));
}

// Weights of one layer and head, [rows, columns]: 0.001 everywhere but where a row looks.
class Dump {
public:
  Dump(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns), values_(rows * columns, 0.001F) {}

  Dump& look(std::size_t row, std::size_t column, float weight = 0.5F) {
    values_[row * columns_ + column] = weight;
    return *this;
  }
  // Copies for so many layers and heads; each row sums to 1.
  std::string npy(std::size_t layers = 1, std::size_t heads = 1) const {
    std::vector<float> all;
    for (std::size_t copy = 0; copy < layers * heads; ++copy) {
      for (std::size_t begin = 0; begin < values_.size(); begin += columns_) {
        double sum = 0;
        for (std::size_t i = 0; i < columns_; ++i) sum += values_[begin + i];
        for (std::size_t i = 0; i < columns_; ++i) all.push_back(static_cast<float>(values_[begin + i] / sum));
      }
    }
    return npy_of({layers, heads, rows_, columns_}, all);
  }

private:
  std::size_t rows_, columns_;
  std::vector<float> values_;
};

// A folder with a picture of 640 x 480 and a dump beside it.
struct RenderJob {
  TempDir dir;
  std::string image = write_scene(dir, 640, 480);

  explicit RenderJob(const std::string& dump) { write_bytes(dir / "dump.npy", dump); }

  Outcome render(std::vector<std::string> options, const std::string& out = "out") const {
    std::vector<std::string> arguments{"render", image, "--attention", dir / "dump.npy", "-o", dir / out};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return attnviz_run(arguments);
  }
  nlohmann::ordered_json report(const std::string& out = "out") const { return report_of(dir / out); }
};

inline void expect_refused(const Outcome& outcome, int code, const std::string& named) {
  CAPTURE(outcome.err);
  CHECK(outcome.exit_code == code);
  CHECK(outcome.err.starts_with("attnviz: error: "));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK(outcome.err.find(named) != std::string::npos);
}

}  // namespace attnviz::test
