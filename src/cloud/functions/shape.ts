import type { FunctionsCandidate } from '../../core/candidate.ts'
import { decimal } from '../../core/money.ts'
import { functionGhz, functionVcpus } from '../../platforms/functions/shape.ts'
import { firstGenerationLines } from '../../platforms/functions/usage.ts'
import { billed } from '../../platforms/metering.ts'
import type { DeployOrder } from '../deployer.ts'
import type { Hourly } from '../resource.ts'
import { serviceHourly } from '../run/plan.ts'

/** The instances of a function. */
export interface FunctionShape {
  readonly generation: 1 | 2
  readonly region: string
  readonly memoryMib: number
  readonly vcpus?: number
  readonly minInstances: number
  readonly maxInstances: number
}

/** As the candidate says, with no more instances than the settings let a measurement start. */
export function shapeOf(candidate: FunctionsCandidate, { settings }: DeployOrder): FunctionShape {
  const { generation, region, memoryMib, vcpus, minReplicas, maxReplicas } = candidate
  const maxInstances = Math.min(maxReplicas, settings.maxReplicas)
  const minInstances = Math.min(minReplicas, maxInstances)
  return { generation, region, memoryMib, ...(vcpus && { vcpus }), minInstances, maxInstances }
}

/** Minimum instances at rest at least, all of them busy at most. Invocations cost next to nothing. */
export function hourlyOf(shape: FunctionShape): Hourly {
  const { generation, region, memoryMib, minInstances, maxInstances } = shape
  if (generation === 1)
    return { least: firstHour(shape, minInstances, 'idle'), most: firstHour(shape, maxInstances, 'busy') }
  const service = { region, vcpus: functionVcpus(shape), memoryGib: memoryMib / 1024 }
  return serviceHourly({ ...service, billing: 'request-based' }, minInstances, maxInstances)
}

const NONE = billed(decimal(0))

function firstHour({ region, memoryMib }: FunctionShape, count: number, at: 'idle' | 'busy') {
  const seconds = decimal(count).times(3600)
  const ghzSeconds = billed(seconds.times(functionGhz(memoryMib)))
  const gibSeconds = billed(seconds.times(memoryMib).div(1024))
  const busy = at === 'busy'
  return firstGenerationLines({
    region,
    ghzSeconds: busy ? ghzSeconds : NONE,
    gibSeconds: busy ? gibSeconds : NONE,
    idleGhzSeconds: busy ? NONE : ghzSeconds,
    idleGibSeconds: busy ? NONE : gibSeconds,
    invocations: NONE,
  })
}
