// Activation of one vector, for the kernels: compiled once per instruction set with the file that includes it.
#if defined(ATTNVIZ_ATTENTION_KERNELS_ACTIVATE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef ATTNVIZ_ATTENTION_KERNELS_ACTIVATE_INL_HPP
#undef ATTNVIZ_ATTENTION_KERNELS_ACTIVATE_INL_HPP
#else
#define ATTNVIZ_ATTENTION_KERNELS_ACTIVATE_INL_HPP
#endif

#include "attnviz/attention/matmul.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace attnviz::attention::HWY_NAMESPACE {

template <class V>
HWY_INLINE V activate(Activation activation, V v) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::DFromV<V> d;
  if (activation == Activation::none) return v;
  v = hn::Max(v, hn::Zero(d));
  return activation == Activation::relu ? v : hn::Min(v, hn::Set(d, 6.0f));
}

}  // namespace attnviz::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
