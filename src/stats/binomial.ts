/** Below this, log-factorials come from a table of sums; from it, Stirling's series is exact to 1e-16. */
const tableSize = 256
const logFactorials = new Float64Array(tableSize)
for (let i = 2; i < tableSize; i++) logFactorials[i] = (logFactorials[i - 1] ?? 0) + Math.log(i)

/**
 * P[Binomial(trials, ratio) <= events].
 *
 * The smaller tail is summed outwards from `events` starting at its log probability, so neither huge counts nor
 * tiny ratios underflow. Good to about 1e-11.
 */
export function binomialCdf(events: number, trials: number, ratio: number): number {
  if (events < 0) return 0
  if (events >= trials || ratio <= 0) return 1
  if (ratio >= 1) return 0
  if (events < trials * ratio) return sumTail(events, trials, ratio)
  return 1 - sumTail(trials - events - 1, trials, 1 - ratio)
}

/**
 * One-sided Clopper-Pearson upper bound on a ratio: the largest one that would show so few events with probability
 * 1 - confidence or more.
 *
 * @returns 1 - (1 - confidence)^(1/trials) when there are no events: 0.0295 for 100 trials at 0.95
 */
export function ratioUpperBound(events: number, trials: number, confidence: number): number {
  if (events >= trials) return 1
  return bisect((ratio) => binomialCdf(events, trials, ratio) >= 1 - confidence)
}

/** One-sided Clopper-Pearson lower bound on a ratio; 0 when there are no events. */
export function ratioLowerBound(events: number, trials: number, confidence: number): number {
  return 1 - ratioUpperBound(trials - events, trials, confidence)
}

/** P[Binomial <= events], for events below the mean, where the terms fall off towards 0. */
function sumTail(events: number, trials: number, ratio: number): number {
  const odds = (1 - ratio) / ratio
  let term = 1
  let sum = 1
  for (let i = events; i > 0 && term > sum * 1e-17; i--) {
    term *= (i / (trials - i + 1)) * odds
    sum += term
  }
  return Math.min(1, sum * Math.exp(logProbability(events, trials, ratio)))
}

function logProbability(events: number, trials: number, ratio: number): number {
  const ways = logFactorial(trials) - logFactorial(events) - logFactorial(trials - events)
  return ways + events * Math.log(ratio) + (trials - events) * Math.log1p(-ratio)
}

function logFactorial(n: number): number {
  if (n < tableSize) return logFactorials[n] ?? 0
  const series = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5)
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series
}

/** Largest number in [0, 1] that holds, of a condition that holds at 0 and stops holding once. */
function bisect(holds: (ratio: number) => boolean): number {
  let [low, high] = [0, 1]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return low
}
