// Finds and loads libattnviz-video.so, once it is needed.
#pragma once

#include <string>

#include "video/module.hpp"

namespace attnviz::app {

// From beside the program, or from the library folder of its installation; it stays loaded.
// Error (input) that says what to install where it or its libraries are not there; `video`: the file that needs it.
const video::Module& load_video_module(const std::string& video);

}  // namespace attnviz::app
