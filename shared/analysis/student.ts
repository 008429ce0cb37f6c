/**
 * The probability that a value of Student's t distribution with so many degrees of freedom, a whole number from 1 on, is
 * at least as far from 0 as `t`, on either side. It is the incomplete beta function I(df / (df + t²); df / 2, 1 / 2), here by
 * its continued fraction: small probabilities keep their digits. NaN for NaN.
 *
 * DLMF 8.17.22; Press et al., "Numerical Recipes", 3rd edition, section 6.4, for Lentz's way through the fraction.
 */
export function twoSided(t: number, df: number): number {
  const square = t * t
  if (square === Number.POSITIVE_INFINITY) return 0
  const ratio = square / df
  const [a, b] = [df / 2, 0.5]
  const x = 1 / (1 + ratio)
  // x^a · (1 − x)^b / B(a, b), the power by way of logarithms: x is close to 1 where df is large.
  const factor = (Math.exp(-a * Math.log1p(ratio)) * Math.sqrt(ratio * x) * gammaRatio(df)) / Math.sqrt(Math.PI)
  if (x < (a + 1) / (a + b + 2)) return (factor * fraction(x, a, b)) / a
  return 1 - (factor * fraction(ratio * x, b, a)) / b
}

/** Γ(df / 2 + 1 / 2) / Γ(df / 2): exact products for small ones, else Stirling's series of the ratio (DLMF 5.11.13). */
function gammaRatio(df: number): number {
  if (df > 60) {
    const y = 2 / df
    const series = 1 - y / 8 + y ** 2 / 128 + (5 * y ** 3) / 1024 - (21 * y ** 4) / 32768 - (399 * y ** 5) / 262144
    return Math.sqrt(df / 2) * (series + (869 * y ** 6) / 4194304 + (39325 * y ** 7) / 33554432)
  }
  const isOdd = df % 2 === 1
  let ratio = isOdd ? 1 / Math.sqrt(Math.PI) : Math.sqrt(Math.PI) / 2
  for (let a = isOdd ? 0.5 : 1; a < df / 2; a++) ratio *= (a + 0.5) / a
  return ratio
}

function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const safe = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / safe(1 + even * d)
    c = safe(1 + even / c)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / safe(1 + odd * d)
    c = safe(1 + odd / c)
    value *= d * c
    if (Math.abs(d * c - 1) < 1e-16) break
  }
  return value
}
