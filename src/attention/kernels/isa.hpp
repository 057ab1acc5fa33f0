// Instruction sets that the kernels can run on here, and who chooses. See attnviz/attention/isa.hpp.
#pragma once

#include <string>
#include <vector>

namespace attnviz::attention {

// Best first.
const std::vector<std::string>& available_isas();

// Obeys ATTNVIZ_ISA, once. Every entry to a dispatched kernel calls it first: a call costs one check of a flag.
// Throws Error (usage) where the variable names no instruction set of this machine, each time that it is called.
void apply_isa_from_environment();

// For tests and benchmarks: runs all later kernels on one of available_isas(); an empty name goes back to the best one.
// Beats the environment. Not while kernels run.
void force_isa(const std::string& name);

}  // namespace attnviz::attention
