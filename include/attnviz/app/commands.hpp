// What the program does, a command each. Results go to standard output and files, notices to standard error.
// All throw Error; main turns that into one line and the exit code.
#pragma once

#include "attnviz/app/options.hpp"

namespace attnviz::app {

// The whole program: parses, runs, reports errors. Returns the exit code of the contract.
int run_program(int argc, const char* const* argv);

void run_main_job(const RunOptions& options);
void run_render(const RenderOptions& options);
void run_eval(const EvalOptions& options);
void run_inspect(const InspectOptions& options);
void run_diff(const DiffOptions& options);
void run_models(const ModelsOptions& options);
void run_video(const VideoOptions& options);
void run_bench(const BenchOptions& options);

}  // namespace attnviz::app
