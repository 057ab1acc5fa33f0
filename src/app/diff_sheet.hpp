// attnviz diff --png: what each word looks at in both reports, and what was lost and gained.
#pragma once

#include "attnviz/app/options.hpp"
#include "attnviz/core/comparison.hpp"
#include "attnviz/core/report.hpp"

namespace attnviz::app {

// One sheet: a row a word (the first 60 of all views), every view that both have below the other. The images are looked
// for where the reports say, from here and from the reports' folders upwards.
// Error (input): no image, or one of another size than the reports say; no maps. Error (usage): --png is an input.
void write_diff_sheet(const DiffOptions& options, const Report& a, const Report& b, const ReportComparison& found);

}  // namespace attnviz::app
