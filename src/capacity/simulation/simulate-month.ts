import { boundsOf } from '../../core/controller.ts'
import { HOURS_PER_MONTH } from '../../core/operation.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { fluidMonth } from './fluid-month.ts'
import { fullMonth } from './full-month.ts'
import type { MonthSimulation } from './month-result.ts'
import { profileFaults, type RateProfile, RateReader } from './rate-profile.ts'

export interface MonthPlan {
  readonly fleet: FleetPlan
  /** From the start of the month, s. */
  readonly traffic: RateProfile
  /** Length of the month; 730 h, as Google Cloud prices it. */
  readonly hours?: number
  readonly seed: number
  /** Requests to simulate, at about most; 2 million, which takes about half a second. */
  readonly requests?: number
  /** Whether the result holds its response times as well as their figures: half a megabyte. */
  readonly keepsResponses?: boolean
}

const USUAL_REQUESTS = 2_000_000

/**
 * A month of one candidate on its platform's own autoscaler: usage in the units that bills take, and response times
 * under the traffic. Pure; the same plan gives the same result.
 *
 * A month with more requests than asked for is not simulated whole: see `method` of the result.
 *
 * @throws RangeError for a traffic profile that is none, and for more replicas at least than at most
 */
export function simulateMonth({
  hours = HOURS_PER_MONTH,
  requests = USUAL_REQUESTS,
  ...month
}: MonthPlan): MonthSimulation {
  const faults = [...profileFaults(month.traffic), ...boundFaults(month.fleet)]
  if (faults.length > 0) throw new RangeError(faults.join('; '))
  const expected = new RateReader(month.traffic).between(0, hours * 3600)
  return expected <= requests ? fullMonth({ ...month, hours }) : fluidMonth({ ...month, hours, requests })
}

function boundFaults({ controller }: FleetPlan): string[] {
  const { min, max } = boundsOf(controller)
  if (min > max) return [`at least ${min} replicas are more than at most ${max}`]
  return max < 1 ? ['at most 0 replicas serve nothing'] : []
}
