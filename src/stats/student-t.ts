import { gammaln } from 'simple-statistics'

/**
 * P[T <= t] of Student's t. By the regularised incomplete beta function, good to about 1e-12.
 * @param freedom degrees of freedom, above 0, not necessarily whole
 */
export function studentCdf(t: number, freedom: number): number {
  if (!Number.isFinite(t)) return t > 0 ? 1 : 0
  const tail = incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2
  return t > 0 ? 1 - tail : tail
}

/**
 * The t that a share `ratio` of all values does not exceed.
 * @param ratio in (0, 1)
 * @returns 1.833 for 0.95 and 9 degrees of freedom
 */
export function studentQuantile(ratio: number, freedom: number): number {
  if (ratio < 0.5) return -studentQuantile(1 - ratio, freedom)
  let [low, high] = [0, 1]
  while (studentCdf(high, freedom) < ratio && high < 1e12) high *= 2
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2
    if (studentCdf(middle, freedom) < ratio) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const scale = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x))
  // The fraction converges fast on one side of the mean; the other is its mirror image.
  if (x < (a + 1) / (a + b + 2)) return (scale * betaFraction(x, a, b)) / a
  return 1 - (scale * betaFraction(1 - x, b, a)) / b
}

/** Continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let [c, d] = [1, 1 / away(1 - ((a + b) * x) / (a + 1))]
  let fraction = d
  for (let m = 1; m <= 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    fraction *= c * d
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    fraction *= c * d
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return fraction
}
