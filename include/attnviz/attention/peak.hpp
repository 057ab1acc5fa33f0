// What the machine could do at best, to hold measured speeds against.
#pragma once

namespace attnviz::attention {

// Floating-point operations a second, in thousand millions, of multiply-adds (two operations each) that never leave the
// registers: all threads of parallel_for at once, with the instruction set in use. Takes some 50 milliseconds.
// Throws as isa_in_use does.
double fma_peak_gflops();

}  // namespace attnviz::attention
