/** Latency distributions with known quantiles, ms. */
export interface Distribution {
  readonly draw: (random: () => number) => number
  /** Exact, by bisection of the distribution function. */
  readonly quantile: (ratio: number) => number
}

const lognormal = normalScaled(40, 0.3)
const tight = normalScaled(60, 0.1)

export const DISTRIBUTIONS: Readonly<Record<string, Distribution>> = {
  lognormal: {
    draw: (random) => lognormal.draw(random),
    quantile: (ratio) => invert(lognormal.below, ratio),
  },
  // One request in a hundred takes 20 times as long.
  bimodal: {
    draw: (random) => (random() < 0.01 ? 20 : 1) * tight.draw(random),
    quantile: (ratio) => invert((ms) => 0.99 * tight.below(ms) + 0.01 * tight.below(ms / 20), ratio),
  },
}

/** Lognormal with a median and the standard deviation of its logarithm. */
function normalScaled(median: number, sigma: number) {
  return {
    draw: (random: () => number) => {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
      return median * Math.exp(sigma * normal)
    },
    below: (ms: number) => (ms <= 0 ? 0 : standardNormal(Math.log(ms / median) / sigma)),
  }
}

/** Normal distribution function, by Simpson's rule: to 1e-9 within eight standard deviations. */
function standardNormal(z: number): number {
  const steps = 400
  const end = Math.max(-8, Math.min(8, z))
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
  let sum = density(0) + density(end)
  for (let step = 1; step < steps; step++) sum += (step % 2 === 1 ? 4 : 2) * density((end * step) / steps)
  return 0.5 + (sum * end) / steps / 3
}

function invert(below: (ms: number) => number, ratio: number): number {
  let [low, high] = [0, 100_000]
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (below(middle) < ratio) low = middle
    else high = middle
  }
  return (low + high) / 2
}
