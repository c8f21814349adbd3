import { believeCapacity } from './believe-capacity.ts'
import type { CapacityBelief, Considered } from './capacity-curve.ts'
import { checkHeadroom, type Headroom } from './headroom.ts'
import type { Prober } from './prober.ts'
import {
  type CapacitySearch,
  type CompletePlan,
  completePlan,
  countRequests,
  type Probe,
  type SearchPlan,
  shapingLimits,
} from './search-plan.ts'
import { watchProbe } from './watch-probe.ts'

/** Where to probe beside the middle, relative; the best of five sets tried on eight simulated servers. */
const offsets = [0.1, -0.03]
/** An interval under this ratio is narrow enough to probe on either side of its middle. */
const narrowRatio = 1.35
/** Fewest requests that a last probe is worth. */
const worthProbing = 50
/** Rates considered, as shares of the ceiling: an open loop may do a little better than a closed one. */
const shares = { lowest: 0.01, highest: 1.1 }
/** How far beyond the highest rate probed a capacity is believed possible. */
const beyond = 1.25

/**
 * Finds the highest rate that meets the SLO.
 *
 * Each probe runs near the middle of what those before it leave possible, and stops as soon as it is decided. An
 * undecided one counts as much: all of its requests weigh in (`weighCapacities`). The search ends when the interval
 * is as narrow as asked for, or the budget of probes or requests is spent.
 * @throws the reason of `ending` when it is aborted before the first probe
 */
export async function findCapacity(probe: Prober, plan: SearchPlan): Promise<CapacitySearch> {
  const complete = completePlan(plan)
  const headroom = checkHeadroom(plan.ceilingRps, plan.clientRps)
  const probes: Probe[] = []
  for (;;) {
    const range = findRange(plan.ceilingRps, headroom, probes)
    const considered = { ...range, highestRps: range.highestRps * beyond }
    const belief = believeCapacity(probes, complete.limits, considered, complete.confidence)
    const end = findEnd(probes, belief, range, headroom, complete)
    if (end) return { ...end, headroom, probes, requestsUsed: countRequests(probes) }
    complete.ending?.throwIfAborted()
    const next = await runProbe(probe, chooseRate(belief, range, probes.length), probes, complete)
    probes.push(next)
    complete.onProbe?.(next)
  }
}

/** Doubled while its top meets the SLO and the client has more to give: the ceiling was too low then. */
function findRange(ceilingRps: number, { clientRps }: Headroom, probes: readonly Probe[]): Considered {
  let highestRps = Math.min(ceilingRps * shares.highest, clientRps)
  while (highestRps < clientRps && probes.some((probe) => meetsAt(probe, highestRps))) {
    highestRps = Math.min(highestRps * 2, clientRps)
  }
  return { lowestRps: Math.min(ceilingRps, highestRps) * shares.lowest, highestRps }
}

function meetsAt({ rps, verdict, valid }: Probe, rate: number): boolean {
  return valid && verdict === 'meets' && rps >= rate * 0.999
}

/** Two rates tell how steep the curve is, and the upper one has more late requests to count. */
function chooseRate({ low, value, high }: CapacityBelief, range: Considered, done: number): number {
  const offset = high < narrowRatio * low ? (offsets[done % offsets.length] as number) : 0
  return Math.min(Math.max(low, Math.min(high, value * (1 + offset))), range.highestRps)
}

async function runProbe(
  probe: Prober,
  rps: number,
  before: readonly Probe[],
  plan: CompletePlan,
): Promise<Probe> {
  const limits = shapingLimits(plan.limits)
  const guards = plan.limits.filter((limit) => !limits.includes(limit))
  const watch = watchProbe(limits, guards, plan.confidence)
  const result = await probe(rps, { requests: requestsLeft(before, plan) }, watch.add)
  return { rps, ...watch.sighting(), ...result }
}

function requestsLeft(probes: readonly Probe[], { probeRequests, mostRequests }: CompletePlan): number {
  return Math.min(probeRequests, mostRequests - countRequests(probes))
}

type End = Pick<CapacitySearch, 'capacityRps' | 'limitedBy' | 'reason'>

function findEnd(
  probes: readonly Probe[],
  { low, value, high }: CapacityBelief,
  range: Considered,
  headroom: Headroom,
  plan: CompletePlan,
): End | undefined {
  if (probes.length === 0) return undefined
  const byClient = endByClient(probes, headroom)
  if (byClient && !plan.ending?.aborted) return byClient
  if (high <= range.lowestRps * 1.05) return endAtNothing(probes)
  const width = (high - low) / 2 / value
  const found = `the interval is ${(width * 100).toFixed(1)}% of the value either way`
  const capacityRps = { value, low, high }
  if (width <= plan.tolerance) return { capacityRps, limitedBy: 'slo', reason: found }
  if (plan.ending?.aborted) return { capacityRps, limitedBy: 'interruption', reason: `interrupted: ${found}` }
  const spent = requestsLeft(probes, plan) < worthProbing || probes.length >= plan.mostProbes
  const used = `${probes.length} probes and ${countRequests(probes)} requests are spent`
  return spent ? { capacityRps, limitedBy: 'budget', reason: `${used}: ${found}` } : undefined
}

/** The client ends it when a probe was its fault, or when the most it can send is met. */
function endByClient(probes: readonly Probe[], { clientRps, warning }: Headroom): End | undefined {
  const faulty = probes.find(({ valid }) => !valid)
  if (!faulty && !probes.some((probe) => meetsAt(probe, clientRps))) return undefined
  const met = probes.filter(({ valid, verdict }) => valid && verdict === 'meets').map(({ rps }) => rps)
  const value = Math.max(0, ...met)
  const fault =
    faulty && `the client failed at ${faulty.rps.toFixed(1)} requests/s: ${faulty.invalidReasons.join('; ')}`
  const most = `the SLO is met at ${clientRps.toFixed(1)} requests/s, the most that this client sends reliably`
  return {
    capacityRps: { value, low: value, high: null },
    limitedBy: 'client',
    reason: fault ?? warning ?? most,
  }
}

function endAtNothing(probes: readonly Probe[]): End {
  const high = Math.min(...probes.map(({ rps }) => rps))
  const reason = `no rate meets the SLO, down to ${high.toPrecision(2)} requests/s`
  return { capacityRps: { value: 0, low: 0, high }, limitedBy: 'nothing meets', reason }
}
