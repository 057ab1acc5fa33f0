// Instruction sets that the kernels can run on here, best first. For tests and benchmarks: the program itself always
// takes the best one.
#pragma once

#include <string>
#include <vector>

namespace attnviz::attention {

std::vector<std::string> available_isas();

// Runs all later kernels on one of available_isas(); an empty name goes back to the best. Not while kernels run.
void force_isa(const std::string& name);

}  // namespace attnviz::attention
