import { type Effort, operate } from '../../capacity/operate.ts'
import { failedRange, latencyRanges } from '../../capacity/operated-figures.ts'
import { centralPoint, type ServiceTimes } from '../../capacity/service-times.ts'
import { HOURS_PER_MONTH } from '../../core/operation.ts'
import type { Percentile, Slo } from '../../core/scenario.ts'
import type { Subject } from '../subject.ts'

/** Of each rate: the tail of so many is known well enough for a rate that the whole mix is checked at again. */
const REQUESTS = 4000
/** The capacity is found to within 1/32 of the rate that keeps every slot busy. */
const HALVINGS = 5

/** Highest flat rate at which a fleet of fixed size meets the SLO, at the slowest that is believed; 0 where none is. */
export function capacityRps(subject: Subject, slo: Slo, effort: Effort): number {
  const full = fullRps(subject)
  let [low, high] = [0, 1]
  for (let round = 0; round < HALVINGS; round++) {
    const middle = (low + high) / 2
    if (meetsAt(subject, full * middle, slo, effort)) low = middle
    else high = middle
  }
  return Number((full * low).toPrecision(3))
}

/** The rate that keeps every slot of a fleet of fixed size busy, at the slowest that is believed. */
export function fullRps({ service, candidate }: Subject): number {
  const { slots, occupancyMs } = slowest(service)
  const meanMs = occupancyMs.reduce((sum, ms) => sum + ms, 0) / occupancyMs.length
  return (candidate.minReplicas * slots * 1000) / meanMs
}

function slowest(service: Subject['service']): ServiceTimes {
  return service.at(-1) ?? centralPoint(service)
}

function meetsAt({ service, replica, scaling }: Subject, rps: number, slo: Slo, effort: Effort): boolean {
  const traffic = {
    steps: [{ rps, durationS: HOURS_PER_MONTH * 3600 }],
    periodHours: REQUESTS / rps / 3600,
  }
  const months = operate([slowest(service)], replica, scaling, traffic, {
    ...effort,
    requests: REQUESTS * 1.1,
    leastHours: 0,
  })
  const latencyMs = latencyRanges(months)
  const limits = Object.entries(slo.latencyMs) as [Percentile, number][]
  const failed = failedRange(months)?.value ?? 0
  return (
    failed <= slo.errorRatio && limits.every(([percentile, limit]) => latencyMs[percentile].value <= limit)
  )
}
