import { type Effort, type OperatedMonth, operate } from '../capacity/operate.ts'
import { latencyRanges } from '../capacity/operated-figures.ts'
import { centralPoint } from '../capacity/service-times.ts'
import type { LoadCurve } from '../core/advice.ts'
import { HOURS_PER_MONTH } from '../core/operation.ts'
import type { Percentile, Slo } from '../core/scenario.ts'
import type { Subject } from './subject.ts'

/** Rates over those that keep every slot of a replica busy. */
const PLACES = [0.1, 0.3, 0.5, 0.65, 0.75, 0.85, 0.92, 0.98] as const
/** Halvings of the stretch in which the capacity lies. */
const HALVINGS = 4
/** Of each rate: p99 of so many is known to a few percent. */
const REQUESTS = 8000

/** What one replica does as its load rises, and up to where it meets the SLO. */
export function loadCurve(
  { candidate, service, replica, scaling }: Subject,
  slo: Slo,
  effort: Effort,
): LoadCurve {
  const central = centralPoint(service)
  const { occupancyMs, slots } = central
  const meanMs = occupancyMs.reduce((sum, ms) => sum + ms, 0) / occupancyMs.length
  const fullRps = (slots / meanMs) * 1000
  const alone = { ...scaling, controller: { kind: 'fixed', replicas: 1 } as const }
  const pointAt = (place: number): Point => {
    const rps = Number((fullRps * place).toPrecision(4))
    const plan = { steps: [{ rps, durationS: HOURS_PER_MONTH * 3600 }], periodHours: REQUESTS / rps / 3600 }
    const [month] = operate([central], replica, alone, plan, {
      ...effort,
      requests: REQUESTS * 1.1,
      leastHours: 0,
    })
    return { place, ...figures(rps, month as OperatedMonth) }
  }
  const points = PLACES.map(pointAt)
  const within = ({ latencyMs }: Point) => meets(latencyMs, slo)
  const firstLate = points.findIndex((point) => !within(point))
  let low = firstLate < 0 ? points.at(-1) : points[firstLate - 1]
  let high = points[firstLate]
  for (let round = 0; low && high && round < HALVINGS; round++) {
    const middle = pointAt((low.place + high.place) / 2)
    points.push(middle)
    if (within(middle)) low = middle
    else high = middle
  }
  return {
    candidate: candidate.name,
    capacityRps: low?.offeredRps ?? 0,
    points: points.sort((a, b) => a.place - b.place).map(({ place: _, ...point }) => point),
  }
}

type Point = LoadCurve['points'][number] & { readonly place: number }

function figures(rps: number, month: OperatedMonth): LoadCurve['points'][number] {
  const { arrived, rejected, timedOut } = month.requests
  const failed = arrived === 0 ? 0 : (rejected + timedOut) / arrived
  const ranges = Object.entries(latencyRanges([month])) as [Percentile, { value: number }][]
  const rounded = (ms: number) => (Number.isFinite(ms) ? Number(ms.toPrecision(4)) : null)
  return {
    offeredRps: rps,
    goodputRps: Number((rps * (1 - failed)).toPrecision(4)),
    latencyMs: Object.fromEntries(ranges.map(([each, { value }]) => [each, rounded(value)])) as Record<
      Percentile,
      number | null
    >,
  }
}

function meets(latencyMs: Point['latencyMs'], slo: Slo): boolean {
  const limits = Object.entries(slo.latencyMs) as [Percentile, number][]
  return limits.every(([percentile, limit]) => (latencyMs[percentile] ?? Number.POSITIVE_INFINITY) <= limit)
}
