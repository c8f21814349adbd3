import type { Usage } from '../../core/bill.ts'
import type { FunctionsCandidate } from '../../core/candidate.ts'
import { HOURS_PER_MONTH, type MonthOperation } from '../../core/operation.ts'
import { requestBasedUsage } from '../cloud-run/usage.ts'
import { type Billed, executionSeconds, simulated, usageLine } from '../metering.ts'
import { functionGhz, functionVcpus } from './shape.ts'

/**
 * What the 1st generation bills: each execution, rounded up to 100 ms, times its memory and its clock (Cloud
 * Functions pricing, 1st generation).
 */
export interface FirstGeneration {
  readonly region: string
  readonly ghzSeconds: Billed
  readonly gibSeconds: Billed
  /** Of minimum instances that execute nothing. */
  readonly idleGhzSeconds: Billed
  readonly idleGibSeconds: Billed
  readonly invocations: Billed
}

export function firstGenerationLines(billed: FirstGeneration): Usage[] {
  const line = (what: string, unit: string, quantity: Billed) =>
    usageLine(`functions-1/${what}`, billed.region, unit, quantity)
  return [
    line('cpu', 'GHz-second', billed.ghzSeconds),
    line('memory', 'GiB-second', billed.gibSeconds),
    line('idle-cpu', 'GHz-second', billed.idleGhzSeconds),
    line('idle-memory', 'GiB-second', billed.idleGibSeconds),
    line('invocations', 'invocation', billed.invocations),
  ]
}

/** The 2nd generation is billed as Cloud Run is. */
export function functionsUsage(candidate: FunctionsCandidate, month: MonthOperation): Usage[] {
  const { region, memoryMib, minReplicas } = candidate
  const memoryGib = memoryMib / 1024
  if (candidate.generation === 2)
    return requestBasedUsage({ region, vcpus: functionVcpus(candidate), memoryGib, minReplicas }, month)
  const seconds = executionSeconds(month)
  const idleS = Math.max(0, minReplicas * HOURS_PER_MONTH * 3600 - seconds)
  const ghz = functionGhz(memoryMib)
  return firstGenerationLines({
    region,
    ghzSeconds: simulated(seconds * ghz),
    gibSeconds: simulated(seconds * memoryGib),
    idleGhzSeconds: simulated(idleS * ghz),
    idleGibSeconds: simulated(idleS * memoryGib),
    invocations: simulated(Math.round(month.requests)),
  })
}
