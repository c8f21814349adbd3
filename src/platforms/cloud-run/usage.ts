import type { Usage } from '../../core/bill.ts'
import type { CloudRunCandidate } from '../../core/candidate.ts'
import { HOURS_PER_MONTH, type MonthOperation } from '../../core/operation.ts'
import { busyReplicaSeconds, replicaHours, usageOf } from '../metering.ts'

/** An instance as Cloud Run bills it; Cloud Functions of the 2nd generation are billed the same. */
export type BilledInstance = Pick<CloudRunCandidate, 'region' | 'vcpus' | 'memoryGib' | 'minReplicas'>

export function cloudRunUsage(candidate: CloudRunCandidate, month: MonthOperation): Usage[] {
  return candidate.billing === 'request-based'
    ? requestBasedUsage(candidate, month)
    : instanceBasedUsage(candidate, month)
}

/** Busy seconds at the active rate, the rest of the minimum instances at the idle rate, and the requests. */
export function requestBasedUsage(instance: BilledInstance, month: MonthOperation): Usage[] {
  const { region, vcpus, memoryGib, minReplicas } = instance
  const busyS = busyReplicaSeconds(month)
  const idleS = Math.max(0, minReplicas * HOURS_PER_MONTH * 3600 - busyS)
  const line = (what: string, unit: string, quantity: number) =>
    usageOf(`cloud-run/request-based/${what}`, region, unit, quantity)
  return [
    line('cpu', 'vCPU-second', busyS * vcpus),
    line('memory', 'GiB-second', busyS * memoryGib),
    line('idle-cpu', 'vCPU-second', idleS * vcpus),
    line('idle-memory', 'GiB-second', idleS * memoryGib),
    usageOf('cloud-run/requests', region, 'request', Math.round(month.requests)),
  ]
}

/** The whole life of each instance; no charge per request. */
function instanceBasedUsage(candidate: CloudRunCandidate, month: MonthOperation): Usage[] {
  const { region, vcpus, memoryGib, accelerator } = candidate
  const seconds = replicaHours(month) * 3600
  const line = (what: string, unit: string, quantity: number) =>
    usageOf(`cloud-run/${what}`, region, unit, quantity)
  return [
    line('instance-based/cpu', 'vCPU-second', seconds * vcpus),
    line('instance-based/memory', 'GiB-second', seconds * memoryGib),
    ...(accelerator ? [line(`gpu/${accelerator.type}`, 'GPU-second', seconds * accelerator.count)] : []),
  ]
}
