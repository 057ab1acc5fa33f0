// Exponentials of vectors, for the kernels: compiled once per instruction set with the file that includes it.
#if defined(ATTNVIZ_ATTENTION_KERNELS_EXP_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef ATTNVIZ_ATTENTION_KERNELS_EXP_INL_HPP
#undef ATTNVIZ_ATTENTION_KERNELS_EXP_INL_HPP
#else
#define ATTNVIZ_ATTENTION_KERNELS_EXP_INL_HPP
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace attnviz::attention::HWY_NAMESPACE {

// exp(x) for x <= 0, within 2 units in the last place; 0 below the normal numbers. x = n ln 2 + r, and exp(r) by the
// polynomial of Cephes' expf (Moshier, "Methods and Programs for Mathematical Functions", 1989).
template <class V>
HWY_INLINE V exp_of_negative(V x) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::DFromV<V> d;
  const hn::RebindToSigned<hn::DFromV<V>> di;
  const V magic = hn::Set(d, 12582912.0f);  // 1.5 * 2^23: adding it rounds, and leaves n in the lowest bits
  const V shifted = hn::MulAdd(x, hn::Set(d, 1.44269504f), magic);
  const V n = hn::Sub(shifted, magic);
  const V r = hn::MulAdd(n, hn::Set(d, 2.12194440e-4f), hn::MulAdd(n, hn::Set(d, -0.693359375f), x));
  V p = hn::MulAdd(r, hn::Set(d, 1.9875691500e-4f), hn::Set(d, 1.3981999507e-3f));
  p = hn::MulAdd(p, r, hn::Set(d, 8.3334519073e-3f));
  p = hn::MulAdd(p, r, hn::Set(d, 4.1665795894e-2f));
  p = hn::MulAdd(p, r, hn::Set(d, 1.6666665459e-1f));
  p = hn::MulAdd(p, r, hn::Set(d, 5.0000001201e-1f));
  p = hn::Add(hn::MulAdd(hn::Mul(r, r), p, r), hn::Set(d, 1.0f));
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(di, shifted));
  const V y = hn::BitCast(d, hn::Add(hn::BitCast(di, p), exponent));
  return hn::IfThenElseZero(hn::Gt(x, hn::Set(d, -87.0f)), y);
}

// 1 / (1 + exp(-x)).
template <class V>
HWY_INLINE V sigmoid(V x) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::DFromV<V> d;
  const V one = hn::Set(d, 1.0f);
  const V e = exp_of_negative(hn::Neg(hn::Abs(x)));
  return hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one), hn::Add(one, e));
}

// The share of the normal distribution below x, (1 + erf(x / sqrt 2)) / 2, within 1e-7: Abramowitz and Stegun,
// "Handbook of Mathematical Functions", 7.1.26, which gives erfc(z) = poly(t) exp(-z^2), t = 1 / (1 + 0.3275911 z).
template <class V>
HWY_INLINE V normal_share_below(V x) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::DFromV<V> d;
  const V one = hn::Set(d, 1.0f);
  const V z = hn::Mul(hn::Abs(x), hn::Set(d, 0.70710678f));
  const V t = hn::Div(one, hn::MulAdd(z, hn::Set(d, 0.3275911f), one));
  V p = hn::MulAdd(t, hn::Set(d, 1.061405429f), hn::Set(d, -1.453152027f));
  p = hn::MulAdd(p, t, hn::Set(d, 1.421413741f));
  p = hn::MulAdd(p, t, hn::Set(d, -0.284496736f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.254829592f));
  const V tail = hn::Mul(hn::Set(d, 0.5f), hn::Mul(hn::Mul(p, t), exp_of_negative(hn::Neg(hn::Mul(z, z)))));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(one, tail));
}

}  // namespace attnviz::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
