// How deep JSON nests.
#include "attnviz/core/json_depth.hpp"

#include <doctest/doctest.h>

#include <string>

using attnviz::nests_deeper_than;

TEST_CASE("brackets nest, side by side they do not") {
  CHECK_FALSE(nests_deeper_than(0, "1"));
  CHECK(nests_deeper_than(0, "[]"));
  CHECK_FALSE(nests_deeper_than(2, "[[],[],{}]"));
  CHECK(nests_deeper_than(2, "[[],[{}]]"));
  CHECK(nests_deeper_than(64, std::string(100000, '[')));
}

TEST_CASE("brackets in strings do not") {
  CHECK_FALSE(nests_deeper_than(1, R"(["[[[[", "{{"])"));
  CHECK_FALSE(nests_deeper_than(1, R"(["\"[[[[", "\\"])"));
  CHECK(nests_deeper_than(1, R"(["\\", [1]])"));
  CHECK_FALSE(nests_deeper_than(1, "[\"[[["));  // no valid JSON, no end of the string
  CHECK_FALSE(nests_deeper_than(1, "[\"\\"));
}
