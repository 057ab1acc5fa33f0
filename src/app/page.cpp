#include "app/page.hpp"

#include <algorithm>

#include "attnviz/render/pictures.hpp"
#include "attnviz/report/report_page.hpp"

namespace attnviz::app {
namespace {

constexpr std::size_t kMostPictureBytes = 1 << 20;  // of all views

// Small pictures as they are: a compressed one would blur what one wants to look at. Larger ones get fewer pixels where
// they would take more than `most_bytes`.
report::PageParts::Picture page_picture(const Image& image, std::size_t most_bytes) {
  constexpr int kExact = 320;
  if (std::max(image.width, image.height) <= kExact) return {"image/png", render::encode_png(image)};
  report::PageParts::Picture picture{"image/jpeg", {}};
  for (const int longest : {1600, 1200, 900, 640}) {
    picture.bytes = render::encode_jpeg(render::at_most(image, longest));
    if (picture.bytes.size() <= most_bytes) break;
  }
  return picture;
}

const char* to_string(render::Interpolation interpolation) {
  switch (interpolation) {
    case render::Interpolation::nearest:
      return "nearest";
    case render::Interpolation::linear:
      return "linear";
    case render::Interpolation::cubic:
      break;
  }
  return "cubic";
}

}  // namespace

std::string make_page(const JobResult& job, const RunOptions& options) {
  report::PageParts parts;
  for (const Image& image : job.images) {
    parts.pictures.push_back(page_picture(image, kMostPictureBytes / job.images.size()));
  }
  for (const std::string& name : render::colormap_names()) {
    parts.colormaps.emplace_back(name, render::colormap_digits(name));
  }
  parts.colormap = options.looks.colormap;
  parts.interpolation = to_string(options.looks.interpolation);
  parts.alpha = options.looks.alpha;
  parts.language = options.common.language;
  return report::to_html(job.report, job.maps, parts);
}

}  // namespace attnviz::app
