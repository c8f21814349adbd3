import type { Usage } from '../../core/bill.ts'
import { type Decimal, decimal, exact } from '../../core/money.ts'
import { HOURS_PER_MONTH } from '../../core/operation.ts'
import type { CloudRunItem, RunningInstances, ServedRequests } from '../../core/usage-item.ts'
import type { ItemMeter } from '../item-meter.ts'
import { type Billed, billed, usageLine } from '../metering.ts'
import { instanceBasedLines, requestBasedLines } from './usage.ts'

/** Instance-based billing charges at least this for the life of an instance (Cloud Run pricing, 2026-10). */
const LEAST_INSTANCE_S = 60
/** Busy time is billed in steps of this (Cloud Run pricing, 2026-10). */
const STEP_MS = 100

export const cloudRunItem: ItemMeter<CloudRunItem> = {
  faults: () => [],
  usage(item) {
    const { region, egressGib } = item
    const egress = usageLine('cloud-run/egress/same-continent', region, 'GiB', billed(egressGib))
    return [...(item.billing === 'request-based' ? byRequest(item) : byInstance(item)), egress]
  },
  notes({ billing, seconds, requests }) {
    const { vcpuSeconds, gibSeconds } = seconds.of === 'month' ? seconds : {}
    return [
      ...(vcpuSeconds?.gt(0) && gibSeconds?.eq(0) ? ['no gibSeconds: nothing is billed for memory'] : []),
      ...(gibSeconds?.gt(0) && vcpuSeconds?.eq(0) ? ['no vcpuSeconds: nothing is billed for CPU'] : []),
      ...(billing === 'instance-based' && requests.gt(0)
        ? ['instance-based billing does not charge for requests']
        : []),
    ]
  },
}

function byRequest(item: CloudRunItem): Usage[] {
  const { region, purchase, requests, seconds } = item
  const base = { region, purchase, requests: billed(requests) }
  if (seconds.of === 'month') {
    return requestBasedLines({
      ...base,
      vcpuSeconds: billed(seconds.vcpuSeconds),
      gibSeconds: billed(seconds.gibSeconds),
      idleVcpuSeconds: billed(seconds.idleVcpuSeconds),
      idleGibSeconds: billed(seconds.idleGibSeconds),
    })
  }
  const served = seconds.of === 'requests' ? servedSeconds(seconds, requests) : NOTHING_SERVED
  return requestBasedLines({ ...base, ...served })
}

const NOTHING = billed(decimal(0))
const NOTHING_SERVED = {
  vcpuSeconds: NOTHING,
  gibSeconds: NOTHING,
  idleVcpuSeconds: NOTHING,
  idleGibSeconds: NOTHING,
}

/**
 * Seconds of instances that serve `requests`, each rounded up to 100 ms, as many at a time as the concurrency says;
 * the rest of the month of minimum instances is idle. Cloud Functions of the 2nd generation are billed the same.
 */
export function servedSeconds(shape: Omit<ServedRequests, 'of'>, requests: Decimal): typeof NOTHING_SERVED {
  const { vcpus, memoryGib, durationMs, concurrency, minInstances } = shape
  const stepS = roundUpS(durationMs)
  const busyS = stepS.times(requests).div(concurrency)
  const keptS = minInstances.times(HOURS_PER_MONTH).times(3600)
  const idleS = keptS.gt(busyS) ? keptS.minus(busyS) : decimal(0)
  const atOnce = concurrency.eq(1) ? '' : ` / ${exact(concurrency)} at a time`
  const busy = `${exact(requests)} × ${exact(stepS)} s${atOnce}`
  const idle = `${exact(minInstances)} × ${HOURS_PER_MONTH} h × 3600 s${busyS.gt(0) ? ' less the busy seconds' : ''}`
  const of = (seconds: Decimal, words: string, each: Decimal, unit: string) =>
    billed(seconds.times(each), `${words} × ${exact(each)} ${unit}`)
  return {
    vcpuSeconds: of(busyS, busy, vcpus, 'vCPU'),
    gibSeconds: of(busyS, busy, memoryGib, 'GiB'),
    idleVcpuSeconds: of(idleS, idle, vcpus, 'vCPU'),
    idleGibSeconds: of(idleS, idle, memoryGib, 'GiB'),
  }
}

/** A duration in seconds, up to the next 100 ms. */
export function roundUpS(durationMs: Decimal): Decimal {
  const steps = durationMs.div(STEP_MS)
  return steps.round(0, 3).times(STEP_MS).div(1000)
}

function byInstance(item: CloudRunItem): Usage[] {
  const { region, purchase, seconds } = item
  const lived = seconds.of === 'instances' ? livedSeconds(seconds) : undefined
  const month = seconds.of === 'month' ? seconds : undefined
  const of = (what: 'vcpuSeconds' | 'gibSeconds' | 'gpuSeconds'): Billed =>
    lived?.[what] ?? billed(month?.[what] ?? decimal(0))
  const type = item.gpuZonalRedundancy ? `${item.gpu}/zonal` : item.gpu
  return instanceBasedLines({
    region,
    purchase,
    vcpuSeconds: of('vcpuSeconds'),
    gibSeconds: of('gibSeconds'),
    ...(type !== undefined && { gpu: { type, seconds: of('gpuSeconds') } }),
  })
}

/** Seconds of instances that each live `hours`, at least a minute. */
function livedSeconds({ vcpus, memoryGib, instances, hours }: RunningInstances) {
  const lifeS = hours.times(3600)
  const short = lifeS.gt(0) && lifeS.lt(LEAST_INSTANCE_S)
  const eachS = short ? decimal(LEAST_INSTANCE_S) : lifeS
  const least = short ? ', the least' : ''
  const words = `${exact(instances)} × ${exact(eachS)} s${least}`
  const seconds = eachS.times(instances)
  return {
    vcpuSeconds: billed(seconds.times(vcpus), `${words} × ${exact(vcpus)} vCPU`),
    gibSeconds: billed(seconds.times(memoryGib), `${words} × ${exact(memoryGib)} GiB`),
    gpuSeconds: billed(seconds, words),
  }
}
