import { centralPoint } from '../../capacity/service-times.ts'
import type { Bill, PriceBook, Usage } from '../../core/bill.ts'
import { decimal } from '../../core/money.ts'
import { HOURS_PER_MONTH, type MonthOperation } from '../../core/operation.ts'
import { platformOf } from '../../platforms/index.ts'
import { billed, simulated } from '../../platforms/metering.ts'
import { loadBalancerLines } from '../../platforms/network-usage.ts'
import { billUsage } from '../../pricing/bill.ts'
import type { Subject } from '../subject.ts'

/**
 * The least that a month of so many requests can come to: every slot of every replica that is alive is busy, but for
 * replicas that are always there. What a simulation adds (idle time, starts, rounding) only makes it dearer.
 */
export function leastBill(subject: Subject, requests: number, book: PriceBook): Bill {
  const { candidate, service, payload } = subject
  const { occupancyMs, slots } = centralPoint(service)
  const meanS = occupancyMs.reduce((sum, ms) => sum + ms, 0) / occupancyMs.length / 1000
  const busyReplicaS = (requests * meanS) / slots
  const replicas = candidate.minReplicas
  const replicaHours = Math.max(replicas * HOURS_PER_MONTH, busyReplicaS / 3600)
  const month: MonthOperation = {
    replicaHours,
    busyReplicaS,
    startingReplicaS: 0,
    executionS: requests * meanS,
    replicasByHours: [[HOURS_PER_MONTH, replicas]],
    requests,
    requestBytes: payload.requestBytes,
    replyBytes: payload.replyBytes,
  }
  return billUsage(platformOf(candidate).usage(candidate, month), book)
}

/** Whether the base has a load balancer of its own, which then carries the requests of the burst as well. */
export function hasBalancer({ candidate }: Subject): boolean {
  return candidate.platform === 'gce' && candidate.kind === 'mig'
}

/** What the load balancer in front of the base charges for requests that it hands to the burst. */
export function balancerBill(base: Subject, requests: number, book: PriceBook): Bill {
  return billUsage(hasBalancer(base) ? carriedUsage(base, requests) : [], book)
}

/** Its forwarding rule is the base's already. */
function carriedUsage({ candidate, payload }: Subject, requests: number): Usage[] {
  const gib = (bytes: number) => simulated((requests * bytes) / 2 ** 30)
  const none = billed(decimal(0))
  return loadBalancerLines({
    region: candidate.region,
    ruleHours: none,
    furtherRuleHours: none,
    inboundGib: gib(payload.requestBytes),
    outboundGib: gib(payload.replyBytes),
  })
}
