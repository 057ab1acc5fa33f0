#include "app/attention_import.hpp"
#include "app/job_files.hpp"
#include "app/job_writer.hpp"
#include "attnviz/app/commands.hpp"

namespace attnviz::app {

void run_render(const RenderOptions& options) {
  Stopwatch total, stage;
  RunOptions run = options.run;
  const InterruptWatch watch;
  OutputSet outputs(output_dir(run));
  JobResult job;
  load_images(run, job);
  job.report.timing.load = stage.lap_ms();
  job.maps = import_attention({options.attention_path, options.layout, run.words}, job.images, job.report);
  choose_view(run, job.report.shown);
  job.report.scale = run.shared_scale ? "shared" : "word";
  run.instruction = job.report.instruction;
  read_out(run, job);
  job.report.timing.attend = stage.lap_ms();
  finish_job(job, run, watch, outputs, total);
}

}  // namespace attnviz::app
