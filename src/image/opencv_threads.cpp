#include "attnviz/image/opencv_threads.hpp"

#include <opencv2/core/utility.hpp>

namespace attnviz::image {

void stop_opencv_threads() { cv::setNumThreads(1); }

}  // namespace attnviz::image
