// The instruction set that the kernels of this process run on: the best one that the machine has, or the one that the
// environment variable ATTNVIZ_ISA names (AVX3, which is AVX-512, AVX2, SSE4, NEON, ...; upper or lower case), so that
// every one of them can be tested and timed on one machine.
#pragma once

#include <string>

namespace attnviz::attention {

// As a kernel that runs on it says. Throws Error (usage) where ATTNVIZ_ISA names none of this machine's.
std::string isa_in_use();

}  // namespace attnviz::attention
