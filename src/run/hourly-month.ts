import type { Assessed } from '../advise/assessment.ts'
import type { HourlyMonth } from '../core/advice.ts'
import type { Bill, BillLine } from '../core/bill.ts'
import { type Decimal, decimal, exact } from '../core/money.ts'
import { HOURS_PER_MONTH } from '../core/operation.ts'

/** Replicas and cost of each hour that was simulated, of the candidates that are asked for; undefined of none. */
export function hourlyMonth(
  assessments: readonly Assessed[],
  shown: readonly string[],
): HourlyMonth | undefined {
  const chosen = shown.flatMap((name) => assessments.find(({ candidate }) => candidate.name === name) ?? [])
  const longest = chosen.reduce<Assessed | undefined>(
    (most, each) => (hoursOf(each) > (most ? hoursOf(most) : 0) ? each : most),
    undefined,
  )
  if (!longest?.hourly) return undefined
  return {
    rps: Array.from(longest.hourly.rps, significant),
    candidates: chosen.map(({ candidate, hourly, bills }) => ({
      candidate: candidate.name,
      replicas: Array.from(hourly?.replicas ?? [], significant),
      usd: hourly ? spreadBill(bills.central, hourly) : null,
    })),
  }
}

function hoursOf({ hourly }: Assessed): number {
  return hourly?.rps.length ?? 0
}

/** What makes a line of a bill grow: the replicas that are there, the requests that come, or time alone. */
function driverOf({ resource, purchase }: BillLine): 'replicas' | 'requests' | 'time' {
  if (purchase?.startsWith('commit') || /forwarding-rules|\/idle-/.test(resource)) return 'time'
  if (/^(cloud-run\/request|functions-|network\/load-balancer)/.test(resource)) return 'requests'
  return 'replicas'
}

/** The bill by the hour: over a month the hours add up to it, but for rounding to a millionth of a dollar. */
function spreadBill(
  { lines, usdTotal }: Bill,
  { rps, replicas }: NonNullable<Assessed['hourly']>,
): string[] | null {
  if (usdTotal === null) return null
  const hours = rps.length
  const drivers = { replicas, requests: rps, time: new Float64Array(hours).fill(1) }
  const sums: Record<keyof typeof drivers, Decimal> = {
    replicas: decimal(0),
    requests: decimal(0),
    time: decimal(0),
  }
  for (const line of lines) {
    const driver = driverOf(line)
    sums[driver] = sums[driver].plus(line.usd)
  }
  const parts = (['replicas', 'requests', 'time'] as const).map((driver) => {
    const total = Array.from(drivers[driver]).reduce((sum, each) => sum + each, 0)
    const ofSpan = sums[driver].times(hours).div(HOURS_PER_MONTH)
    return (hour: number) =>
      total === 0 ? ofSpan.div(hours) : ofSpan.times(significant((drivers[driver][hour] ?? 0) / total))
  })
  return Array.from({ length: hours }, (_, hour) =>
    exact(parts.reduce((sum, part) => sum.plus(part(hour)), decimal(0)).round(6)),
  )
}

/** Simulated figures beyond six digits are noise. */
function significant(value: number): number {
  return Number(value.toPrecision(6))
}
