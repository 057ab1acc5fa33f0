#include <exception>
#include <new>
#include <string>

#include "app/interrupt.hpp"
#include "app/terminal_io.hpp"
#include "attnviz/app/commands.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/core/parallel.hpp"
#include "attnviz/image/opencv_threads.hpp"

namespace attnviz::app {
namespace {

constexpr int kDone = 0;
constexpr int kSignalled = 128;     // plus the signal's number, as shells have it
constexpr int kInternalError = 70;  // a bug of ours (sysexits: EX_SOFTWARE), never an input's fault

void use_threads(std::size_t count) {
  set_num_threads(count);
  image::stop_opencv_threads();
}

struct Dispatch {
  void operator()(const PrintAndLeave& leave) const { print(leave.text); }
  void operator()(const ModelsOptions& options) const { run_models(options); }
  void operator()(const InspectOptions& options) const { run_inspect(options); }
  void operator()(const DiffOptions& options) const {
    use_threads(options.common.threads);
    run_diff(options);
  }
  void operator()(const RunOptions& options) const {
    use_threads(options.common.threads);
    run_main_job(options);
  }
  void operator()(const RenderOptions& options) const {
    use_threads(options.run.common.threads);
    run_render(options);
  }
  void operator()(const EvalOptions& options) const {
    use_threads(options.common.threads);
    run_eval(options);
  }
  void operator()(const VideoOptions& options) const {
    use_threads(options.frames.common.threads);
    run_video(options);
  }
  void operator()(const BenchOptions& options) const {
    use_threads(options.common.threads);
    run_bench(options);
  }
};

int fail(const std::string& message, int code) {
  notice("attnviz: error: " + one_line(message) + "\n");
  return code;
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  try {
    std::visit(Dispatch{}, parse_command_line(argc, argv));
    return kDone;
  } catch (const Error& error) {
    return fail(error.what(), static_cast<int>(error.code()));
  } catch (const Interrupted& interrupted) {
    notice("attnviz: " + one_line(interrupted.what()) + "\n");
    return kSignalled + interrupted.signal();
  } catch (const std::bad_alloc&) {
    return fail("memory: not enough for this input; try a smaller image", static_cast<int>(ErrorCode::input));
  } catch (const std::exception& error) {
    return fail(std::string("internal: ") + error.what() + "; please report this", kInternalError);
  }
}

}  // namespace attnviz::app
