/** Exact results of queueing theory, in units of the mean service time. */

/** P[wait > 0] of M/M/k, by the stable recursion of Erlang B. */
function erlangC(slots: number, busySlots: number): number {
  let blocked = 1
  for (let slot = 1; slot <= slots; slot++) blocked = (busySlots * blocked) / (slot + busySlots * blocked)
  const load = busySlots / slots
  return blocked / (1 - load + load * blocked)
}

/** Mean wait of M/M/k. */
export function markovWait(slots: number, load: number): number {
  return erlangC(slots, slots * load) / (slots * (1 - load))
}

/** Mean wait of M/G/1 by Pollaczek and Khinchine. */
export function generalWait(load: number, squaredCv: number): number {
  return ((load / (1 - load)) * (1 + squaredCv)) / 2
}

/** P[response > t] of M/M/k. */
function markovTail(slots: number, load: number, t: number): number {
  const wait = erlangC(slots, slots * load)
  const rate = slots * (1 - load)
  // Where the two rates meet, the difference quotient becomes a derivative.
  const both =
    Math.abs(rate - 1) < 1e-9 ? t * Math.exp(-t) : (Math.exp(-t) - Math.exp(-rate * t)) / (rate - 1)
  return (1 - wait) * Math.exp(-t) + wait * (Math.exp(-rate * t) + rate * both)
}

/** Quantile of the response of M/M/k. */
export function markovQuantile(slots: number, load: number, ratio: number): number {
  return solve((t) => 1 - markovTail(slots, load, t), ratio)
}

/** Quantile of the response of M/D/1: the wait's distribution is Erlang's alternating sum (1909). */
export function constantQuantile(load: number, ratio: number): number {
  const waitUpTo = (t: number) => {
    let sum = 0
    for (let n = 0; n <= Math.floor(t); n++) {
      const x = load * (n - t)
      let term = Math.exp(-x)
      for (let i = 1; i <= n; i++) term *= x / i
      sum += term
    }
    return (1 - load) * sum
  }
  return 1 + solve(waitUpTo, ratio)
}

/**
 * Mean wait of M/D/k, exact: requests in the system a service time apart are a Markov chain (Crommelin, 1932), whose
 * stationary distribution is found by iteration.
 */
export function constantWait(slots: number, load: number): number {
  const [busy, states] = [slots * load, 60 * slots + 400]
  const arrivals = poisson(busy, Math.ceil(busy + 12 * Math.sqrt(busy) + 12))
  let chances = new Float64Array(states)
  chances[0] = 1
  for (let round = 0, moved = 1; round < 20_000 && moved > 1e-13; round++) {
    const next = new Float64Array(states)
    for (let state = 0; state < states; state++) {
      const chance = chances[state] as number
      if (chance < 1e-18) continue
      const stay = Math.max(0, state - slots)
      for (let more = 0; more < arrivals.length && stay + more < states; more++) {
        next[stay + more] = (next[stay + more] as number) + chance * (arrivals[more] as number)
      }
    }
    moved = next.reduce((sum, chance, state) => sum + Math.abs(chance - (chances[state] as number)), 0)
    chances = next
  }
  const waiting = chances.reduce((sum, chance, state) => sum + Math.max(0, state - slots) * chance, 0)
  return waiting / busy
}

/** Cosmetatos' approximation of the mean wait of M/D/k (1976); within 7% of the truth. */
export function cosmetatosWait(slots: number, load: number): number {
  const more = ((1 - load) * (slots - 1) * (Math.sqrt(4 + 5 * slots) - 2)) / (16 * load * slots)
  return ((1 + more) / 2) * markovWait(slots, load)
}

function poisson(mean: number, most: number): Float64Array {
  const chances = new Float64Array(most + 1)
  chances[0] = Math.exp(-mean)
  for (let count = 1; count <= most; count++) chances[count] = ((chances[count - 1] as number) * mean) / count
  return chances
}

/** Where a rising function reaches a value between 0 and 1. */
function solve(rising: (t: number) => number, value: number): number {
  let [low, high] = [0, 1]
  while (rising(high) < value) high *= 2
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (rising(middle) < value) low = middle
    else high = middle
  }
  return low
}
