// What two reports say of their making, fact by fact. Private to report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/comparison.hpp"
#include "attnviz/core/report.hpp"

namespace attnviz::report {

struct DiffFact {
  const char *name, *chinese;
  std::string a, b;
  bool is_usual = false;  // not worth a word where it is the same in both

  bool differs() const { return a != b; }
};

std::vector<DiffFact> diff_facts(const Report& a, const Report& b);

// Over the words' main views; empty where none is known.
std::optional<double> mean_overlap(const ReportComparison& found);

double diagonal_of(const PatchGrid& grid);

}  // namespace attnviz::report
