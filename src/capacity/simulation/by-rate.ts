/** A figure per request, seen at a moment that stands for a weight of requests. */
export interface RatePoint {
  readonly rps: number
  readonly perRequest: number
  readonly weight: number
}

/** Points that are averaged into one hold this share of the weight. */
const BIN_SHARE = 0.08

/**
 * How a figure per request goes with the rate: averages of neighbouring points, straight between them, level beyond.
 * What it leaves unexplained need not be small: it serves to take out what is explained.
 */
export function curveByRate(points: readonly RatePoint[]): (rps: number) => number {
  const sorted = points.filter(({ weight }) => weight > 0).sort((a, b) => a.rps - b.rps)
  const all = sorted.reduce((sum, { weight }) => sum + weight, 0)
  const bins: { rps: number; perRequest: number }[] = []
  let open = { weight: 0, rps: 0, perRequest: 0 }
  for (const [index, { rps, perRequest, weight }] of sorted.entries()) {
    open = {
      weight: open.weight + weight,
      rps: open.rps + rps * weight,
      perRequest: open.perRequest + perRequest * weight,
    }
    const isFull = open.weight >= BIN_SHARE * all && rps !== sorted[index + 1]?.rps
    if (!isFull && index < sorted.length - 1) continue
    bins.push({ rps: open.rps / open.weight, perRequest: open.perRequest / open.weight })
    open = { weight: 0, rps: 0, perRequest: 0 }
  }
  return (rps) => {
    const above = bins.findIndex((bin) => bin.rps >= rps)
    if (above <= 0) return bins.at(above)?.perRequest ?? 0
    const [low, high] = [
      bins[above - 1] as { rps: number; perRequest: number },
      bins[above] as { rps: number; perRequest: number },
    ]
    return low.perRequest + ((high.perRequest - low.perRequest) * (rps - low.rps)) / (high.rps - low.rps)
  }
}
