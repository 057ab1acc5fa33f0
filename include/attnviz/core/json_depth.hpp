// How deep JSON nests, found before it is parsed: the library's parser does not recurse, but what copies or prints its
// values does, and it takes three times as long when it is asked to watch depth itself.
#pragma once

#include <string_view>

namespace attnviz {

// Whether brackets outside of strings are nested more than `limit` deep. `json` need not be valid.
bool nests_deeper_than(int limit, std::string_view json);

}  // namespace attnviz
