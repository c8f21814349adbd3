import type { Distribution } from '../../core/distribution.ts'

/** Draws one time at each call, ms. */
export type Draw = () => number

/** @param random uniform in [0, 1) */
export function drawFrom(distribution: Distribution, random: () => number): Draw {
  switch (distribution.kind) {
    case 'deterministic': {
      const { mean } = distribution
      return () => mean
    }
    case 'exponential': {
      const { mean } = distribution
      return () => -mean * Math.log(1 - random())
    }
    case 'lognormal':
      return drawLognormal(distribution.mean, distribution.cv, random)
    case 'gamma':
      return drawGamma(distribution.mean, 1 / distribution.cv ** 2, random)
    case 'erlang':
      return drawGamma(distribution.mean, distribution.phases, random)
    case 'hyperexponential':
      return drawHyperexponential(distribution.mean, distribution.cv, random)
    case 'uniform': {
      const { low, high } = distribution
      return () => low + (high - low) * random()
    }
    case 'empirical': {
      const samples = Float64Array.from(distribution.samples)
      return () => samples[Math.floor(random() * samples.length)] as number
    }
  }
}

/** E[S], ms, and E[S²], ms². */
export function momentsOf(distribution: Distribution): { mean: number; meanSquare: number } {
  switch (distribution.kind) {
    case 'deterministic':
      return { mean: distribution.mean, meanSquare: distribution.mean ** 2 }
    case 'uniform': {
      const { low, high } = distribution
      return { mean: (low + high) / 2, meanSquare: (low * low + low * high + high * high) / 3 }
    }
    case 'empirical': {
      let [sum, squares] = [0, 0]
      const { samples } = distribution
      for (let i = 0; i < samples.length; i++) {
        const value = samples[i] as number
        sum += value
        squares += value * value
      }
      return { mean: sum / samples.length, meanSquare: squares / samples.length }
    }
    default:
      return { mean: distribution.mean, meanSquare: distribution.mean ** 2 * (1 + squaredCv(distribution)) }
  }
}

function squaredCv(
  distribution: Exclude<Distribution, { kind: 'deterministic' | 'uniform' | 'empirical' }>,
): number {
  if (distribution.kind === 'exponential') return 1
  if (distribution.kind === 'erlang') return 1 / distribution.phases
  return distribution.cv ** 2
}

function drawLognormal(mean: number, cv: number, random: () => number): Draw {
  const variance = Math.log(1 + cv * cv)
  const [median, sigma] = [mean * Math.exp(-variance / 2), Math.sqrt(variance)]
  const normal = drawNormal(random)
  return () => median * Math.exp(sigma * normal())
}

/** Standard normal numbers by Marsaglia's polar method, two at a time. */
export function drawNormal(random: () => number): Draw {
  let spare = Number.NaN
  return () => {
    if (!Number.isNaN(spare)) {
      const kept = spare
      spare = Number.NaN
      return kept
    }
    for (;;) {
      const [x, y] = [2 * random() - 1, 2 * random() - 1]
      const square = x * x + y * y
      if (square === 0 || square >= 1) continue
      const scale = Math.sqrt((-2 * Math.log(square)) / square)
      spare = y * scale
      return x * scale
    }
  }
}

/** Marsaglia and Tsang, A simple method for generating gamma variables (2000); shapes under 1 by their power trick. */
function drawGamma(mean: number, shape: number, random: () => number): Draw {
  const normal = drawNormal(random)
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  const draw = () => {
    for (;;) {
      const x = normal()
      const v = (1 + c * x) ** 3
      if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v
    }
  }
  if (shape >= 1) return () => (mean / shape) * draw()
  return () => (mean / shape) * draw() * (1 - random()) ** (1 / shape)
}

/** Two exponentials, each with half of the load: the balanced means of queueing texts. */
function drawHyperexponential(mean: number, cv: number, random: () => number): Draw {
  const square = cv * cv
  const share = (1 + Math.sqrt((square - 1) / (square + 1))) / 2
  const [often, seldom] = [mean / (2 * share), mean / (2 * (1 - share))]
  return () => -(random() < share ? often : seldom) * Math.log(1 - random())
}
