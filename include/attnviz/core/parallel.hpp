// One pool of threads for the whole process. Work is cut into parts whose bounds do not depend on the number of
// threads, so results do not either. Threads start at the first parallel call, not at program start.
#pragma once

#include <cstddef>
#include <functional>

namespace attnviz {

// How many threads share the work, the calling one included. 0: as many as the machine has cores.
// Only before the first parallel_for.
void set_num_threads(std::size_t count);
std::size_t num_threads();

// Calls body(i) once for every i in [0, count), on several threads, in no particular order; returns when all are done.
// The first exception that a body throws is thrown again here. Calls do not nest: an inner one runs on its own thread.
void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body);

}  // namespace attnviz
