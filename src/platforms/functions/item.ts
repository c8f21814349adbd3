import type { Usage } from '../../core/bill.ts'
import { type Decimal, decimal, exact } from '../../core/money.ts'
import { HOURS_PER_MONTH } from '../../core/operation.ts'
import type { FunctionsItem } from '../../core/usage-item.ts'
import { roundUpS, servedSeconds } from '../cloud-run/item.ts'
import { requestBasedLines } from '../cloud-run/usage.ts'
import type { ItemMeter } from '../item-meter.ts'
import { billed, usageLine } from '../metering.ts'
import { FIRST_GENERATION_MEMORIES, functionGhz, functionVcpus } from './shape.ts'
import { firstGenerationLines } from './usage.ts'

export const functionsItem: ItemMeter<FunctionsItem> = {
  faults({ generation, memoryMib }) {
    if (generation === 2 || FIRST_GENERATION_MEMORIES.includes(memoryMib)) return []
    const message = `the 1st generation has ${FIRST_GENERATION_MEMORIES.join(', ')} MB, not ${memoryMib}`
    return [{ field: 'memoryMb', message }]
  },
  usage: (item) => (item.generation === 1 ? firstGeneration(item) : secondGeneration(item)),
  notes: () => [],
}

function firstGeneration(item: FunctionsItem): Usage[] {
  const { region, memoryMib, invocations, durationMs, minInstances, egressGib } = item
  const stepS = roundUpS(durationMs)
  const seconds = stepS.times(invocations)
  const keptS = minInstances.times(HOURS_PER_MONTH).times(3600)
  const idleS = keptS.gt(seconds) ? keptS.minus(seconds) : decimal(0)
  const busy = `${exact(invocations)} × ${exact(stepS)} s`
  const idle = `${exact(minInstances)} × ${HOURS_PER_MONTH} h × 3600 s less the busy seconds`
  const ghz = decimal(functionGhz(memoryMib))
  const gib = decimal(memoryMib).div(1024)
  const of = (time: Decimal, words: string, each: Decimal, unit: string) =>
    billed(time.times(each), `${words} × ${exact(each)} ${unit}`)
  const lines = firstGenerationLines({
    region,
    ghzSeconds: of(seconds, busy, ghz, 'GHz'),
    gibSeconds: of(seconds, busy, gib, 'GiB'),
    idleGhzSeconds: of(idleS, idle, ghz, 'GHz'),
    idleGibSeconds: of(idleS, idle, gib, 'GiB'),
    invocations: billed(invocations),
  })
  return [...lines, usageLine('functions-1/egress', region, 'GiB', billed(egressGib))]
}

function secondGeneration(item: FunctionsItem): Usage[] {
  const { region, memoryMib, invocations, egressGib, ...shape } = item
  const size = { vcpus: decimal(functionVcpus(item)), memoryGib: decimal(memoryMib).div(1024) }
  const seconds = servedSeconds({ ...shape, ...size }, invocations)
  return [
    ...requestBasedLines({ region, requests: billed(invocations), ...seconds }),
    usageLine('cloud-run/egress/same-continent', region, 'GiB', billed(egressGib)),
  ]
}
