// The end of a job: pictures, page and report, all at once, and what is said in the terminal.
#pragma once

#include "app/interrupt.hpp"
#include "attnviz/app/options.hpp"
#include "attnviz/app/outputs.hpp"
#include "attnviz/app/pipeline.hpp"
#include "attnviz/core/timing.hpp"

namespace attnviz::app {

// `job`: read out; its pictures are named and its timing filled here. `total`: begun with the job.
// Error (output) where the folder holds another job's results, or cannot be written.
void finish_job(JobResult& job, const RunOptions& options, const InterruptWatch& watch, OutputSet& outputs,
                const Stopwatch& total);

}  // namespace attnviz::app
