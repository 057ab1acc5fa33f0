#include <memory>

#include "app/job_files.hpp"
#include "app/job_writer.hpp"
#include "attnviz/app/commands.hpp"

namespace attnviz::app {

void run_main_job(const RunOptions& options) {
  Stopwatch total, stage;
  const InterruptWatch watch;
  OutputSet outputs(output_dir(options));
  const std::unique_ptr<model::Model> model = model::load(options.common.model);
  const double model_ms = stage.lap_ms();
  JobResult job = run_job(*model, options);
  job.report.timing.load += model_ms;
  finish_job(job, options, watch, outputs, total);
}

}  // namespace attnviz::app
