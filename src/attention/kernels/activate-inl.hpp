// Activation of one vector, for the kernels: compiled once per instruction set with the file that includes it.
#if defined(ATTNVIZ_ATTENTION_KERNELS_ACTIVATE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef ATTNVIZ_ATTENTION_KERNELS_ACTIVATE_INL_HPP
#undef ATTNVIZ_ATTENTION_KERNELS_ACTIVATE_INL_HPP
#else
#define ATTNVIZ_ATTENTION_KERNELS_ACTIVATE_INL_HPP
#endif

#include "attention/kernels/exp-inl.hpp"
#include "attnviz/attention/matmul.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace attnviz::attention::HWY_NAMESPACE {

// The kinds that need an exponential; not inlined: every tile of every kernel would carry a copy.
template <class V>
HWY_NOINLINE V activate_gelu(Activation activation, V v) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::DFromV<V> d;
  if (activation == Activation::gelu) return hn::Mul(v, normal_share_below(v));
  if (activation == Activation::quick_gelu) return hn::Mul(v, sigmoid(hn::Mul(v, hn::Set(d, 1.702f))));
  // tanh(u) = 2 sigmoid(2 u) - 1
  const V cube = hn::Mul(hn::Mul(v, v), hn::Mul(v, hn::Set(d, 0.044715f)));
  return hn::Mul(v, sigmoid(hn::Mul(hn::Add(v, cube), hn::Set(d, 1.5957691216f))));
}

template <class V>
HWY_INLINE V activate(Activation activation, V v) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::DFromV<V> d;
  if (activation == Activation::none) return v;
  if (activation != Activation::relu && activation != Activation::relu6) return activate_gelu(activation, v);
  v = hn::Max(v, hn::Zero(d));
  return activation == Activation::relu ? v : hn::Min(v, hn::Set(d, 6.0f));
}

}  // namespace attnviz::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
