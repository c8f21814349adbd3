import { type Effort, type OperatedMonth, operate } from '../capacity/operate.ts'
import { latencyRanges } from '../capacity/operated-figures.ts'
import { centralPoint } from '../capacity/service-times.ts'
import { fullSlots } from '../capacity/sharing.ts'
import type { LoadCurve } from '../core/advice.ts'
import { HOURS_PER_MONTH } from '../core/operation.ts'
import type { Percentile, Slo } from '../core/scenario.ts'
import type { Subject } from './subject.ts'

/** Rates over those that keep every slot of a replica busy. */
const PLACES = [0.1, 0.35, 0.6, 0.8, 0.92, 0.98] as const
/** Halvings of the stretch in which the capacity lies. */
const HALVINGS = 3
/** Of each rate: p95 of so many is known to a few percent, which is as much as a chart shows. */
const REQUESTS = 3000

/** What one replica of each does as its load rises, and up to where it meets the SLO. Replicas that are alike share it. */
export function loadCurves(subjects: readonly Subject[], slo: Slo, effort: Effort): LoadCurve[] {
  const done = new Map<string, Curve>()
  return subjects.map((subject) => {
    const { service, replica, scaling } = subject
    const { slots, networkMs, occupancyMs, sharing } = centralPoint(service)
    const { routing, pendingQueue, timeoutS } = scaling
    const alike = [slots, networkMs, mean(occupancyMs), replica.concurrency, routing, pendingQueue, timeoutS]
    const key = `${alike.join()} ${JSON.stringify(sharing ?? null)}`
    const curve = done.get(key) ?? curveOf(subject, slo, effort)
    done.set(key, curve)
    return { candidate: subject.candidate.name, ...curve }
  })
}

type Curve = Omit<LoadCurve, 'candidate'>

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function curveOf({ service, replica, scaling }: Subject, slo: Slo, effort: Effort): Curve {
  const central = centralPoint(service)
  const fullRps = (fullSlots(central.slots, central.sharing) / mean(central.occupancyMs)) * 1000
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
