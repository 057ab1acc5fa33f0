// Which instruction sets the kernels are compiled for. Include before any Highway header.
// Scalable vectors cannot lie in arrays, as the tiles' sums do: those machines take the NEON path. The sets left out
// besides bring nothing to float32 products over the ones that stay (SSE2, SSE4, AVX2, AVX-512).
#pragma once

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3 | HWY_AVX3_DL)
