#include "attnviz/fusion/positions.hpp"

#include <cmath>
#include <stdexcept>

namespace attnviz::fusion {

void add_positions(MatrixView x, float gain) {
  if (x.cols() % 2 != 0) throw std::logic_error("add_positions: odd width");
  for (std::size_t c = 0; c < x.cols(); c += 2) {
    const double wavelength = std::pow(10000.0, static_cast<double>(c) / static_cast<double>(x.cols()));
    for (std::size_t r = 0; r < x.rows(); ++r) {
      const double angle = static_cast<double>(r) / wavelength;
      x(r, c) += gain * static_cast<float>(std::sin(angle));
      x(r, c + 1) += gain * static_cast<float>(std::cos(angle));
    }
  }
}

}  // namespace attnviz::fusion
