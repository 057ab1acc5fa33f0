// A test case that says where the kernels of this test program run. unit.attention_isa starts every program that
// includes this file once per instruction set and reads the line.
#pragma once

#include <doctest/doctest.h>

#include <cstdio>

#include "attnviz/attention/isa.hpp"

TEST_CASE("the instruction set of this run") {
  const std::string isa = attnviz::attention::isa_in_use();
  CHECK_FALSE(isa.empty());
  std::printf("isa in use: %s\n", isa.c_str());
}
