import { deployerOf } from '../../cloud/deployers.ts'
import type { Need } from '../../cloud/preflight.ts'
import type { Hourly, PlannedResource } from '../../cloud/resource.ts'
import type { PriceBook } from '../../core/bill.ts'
import type { Candidate } from '../../core/candidate.ts'
import type { DeploySettings } from '../../core/deploy-settings.ts'
import { type Decimal, decimal, sum } from '../../core/money.ts'
import type { RunRecord } from '../../core/run-record.ts'
import { platformOf } from '../../platforms/index.ts'
import { billUsage } from '../../pricing/bill.ts'
import { planLoad } from '../measure-url.ts'
import { deployable } from './deploy-candidates.ts'
import { deployOrders } from './session.ts'

/** What deploying one candidate creates, how long it takes and what it costs. */
export interface PlannedDeployment {
  readonly candidate: Candidate
  readonly resources: readonly PlannedResource[]
  /** From the first call until everything is deleted. */
  readonly seconds: { readonly low: number; readonly high: number }
  /** Null where a price is missing: it is named, and the candidate would not be deployed. */
  readonly usd: { readonly low: Decimal; readonly high: Decimal } | null
  readonly missingPrice: string | null
  readonly notes: readonly string[]
  readonly need: Need
}

/** Deleting what a candidate created, s. */
const TEAR_DOWN_S = { low: 5, high: 300 }
const SECONDS_PER_HOUR = 3600

/** A run's deployments before they are made; refused candidates and those that stay modelled are left out. */
export async function planDeployments(
  record: Pick<RunRecord, 'id' | 'startedAt' | 'scenario'>,
  settings: DeploySettings,
  book: PriceBook,
): Promise<PlannedDeployment[]> {
  const allowed = record.scenario.candidates.filter((each) => platformOf(each).limits(each).length === 0)
  const candidates = await deployable(allowed, settings)
  const orderOf = deployOrders(record, settings, Date.parse(record.startedAt))
  const { rps, requests } = planLoad(record.scenario)
  const loadS = (requests + record.scenario.load.warmupRequests) / rps
  // Others may be loaded before it, while it waits and bills.
  const waiting = Math.min(settings.parallel, candidates.length)
  return Promise.all(
    candidates.map(async (candidate) => {
      const deployer = await deployerOf(candidate)
      if (!deployer) throw new Error(`no deployer for ${candidate.platform}`)
      const order = orderOf(candidate)
      const { resources, steps, notes } = deployer.plan(candidate, order)
      const seconds = {
        low: sumOf(steps.map(({ lowS }) => lowS)) + loadS + TEAR_DOWN_S.low,
        high: sumOf(steps.map(({ highS }) => highS)) + loadS * waiting + TEAR_DOWN_S.high,
      }
      const low = price(resources, 'least', seconds.low, book)
      const high = price(resources, 'most', seconds.high, book)
      return {
        candidate,
        resources,
        seconds,
        usd: low.usd && high.usd ? { low: low.usd, high: high.usd } : null,
        missingPrice: low.missing ?? high.missing,
        notes,
        need: { candidate: candidate.name, requirements: deployer.requirements(candidate, order) },
      }
    }),
  )
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function price(
  resources: readonly PlannedResource[],
  end: keyof Hourly,
  seconds: number,
  book: PriceBook,
): { usd: Decimal | null; missing: string | null } {
  const bills = resources.map(({ hourly }) => billUsage(hourly[end], book))
  const missing = bills.flatMap((bill) => bill.missing)[0]?.message ?? null
  if (missing !== null) return { usd: null, missing }
  const hour = sum(bills.map(({ usdTotal }) => decimal(usdTotal ?? 0)))
  return { usd: hour.times(Math.round(seconds)).div(SECONDS_PER_HOUR), missing: null }
}
