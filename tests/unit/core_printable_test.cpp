// Text for a terminal.
#include "attnviz/core/printable.hpp"

#include <doctest/doctest.h>

using attnviz::printable;

TEST_CASE("control characters of either kind become question marks, everything else stays") {
  CHECK(printable("a\x1b[31mb\r\n\x7f") == "a?[31mb???");
  CHECK(printable("a\xc2\x9b[m\xc2\x80\xc2\x9f") == "a?[m??");
  CHECK(printable("拿起 café \xc2\xa0") == "拿起 café \xc2\xa0");
  CHECK(printable("cut off \xc2") == "cut off \xc2");
  CHECK(printable("").empty());
}
