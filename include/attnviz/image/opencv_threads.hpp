// OpenCV's own threads, of which attnviz wants none.
#pragma once

namespace attnviz::image {

// One pool of threads a process: core/parallel. For a program to call at its start: OpenCV rebuilds its pool at each
// call, which must not happen while another thread uses it.
void stop_opencv_threads();

}  // namespace attnviz::image
