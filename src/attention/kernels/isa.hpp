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

}  // namespace attnviz::attention
