import { parseDocument } from 'yaml'
import type { Candidate } from '../core/candidate.ts'
import { UserError } from '../core/errors.ts'
import { machineType } from '../core/machine-type.ts'
import type { Scenario, Slo, Traffic } from '../core/scenario.ts'

/** What a scenario file is to say in place of what it does; its comments and all else stay. */
export type ScenarioChange = Partial<Pick<Scenario, 'slo' | 'traffic' | 'candidates'>>

/** @throws UserError for traffic that no scenario file can say */
export function changeScenario(text: string, { slo, traffic, candidates }: ScenarioChange): string {
  const document = parseDocument(text)
  if (slo) document.set('slo', document.createNode(sloFields(slo), { flow: true }))
  if (traffic) document.set('traffic', document.createNode(trafficFields(traffic)))
  if (candidates) document.set('candidates', document.createNode(distinct(candidates.map(candidateFields))))
  return document.toString({ lineWidth: 0 })
}

function sloFields({ latencyMs, errorRatio }: Slo) {
  const limits = Object.entries(latencyMs).map(([percentile, ms]) => [percentile, `${ms}ms`])
  return { ...Object.fromEntries(limits), errors: percent(errorRatio) }
}

function trafficFields({ rps, curve, trace, burst, bursts, growthRatio }: Traffic) {
  if (trace)
    throw new UserError({
      message: `the traffic is recorded in ${trace.file}: a scenario cannot say a multiple of it`,
      hint: 'scale the trace itself',
    })
  return {
    ...(curve
      ? {
          mean: `${rps} rps`,
          peak: `${curve.peakRps} rps`,
          shape: curve.shape,
          timeZone: curve.timeZone,
          weekendFactor: curve.weekendFactor,
        }
      : { rate: `${rps} rps` }),
    ...(growthRatio === undefined ? {} : { growth: percent(growthRatio) }),
    ...(burst ? { burst: { rate: `${burst.rps} rps`, perDay: `${burst.hoursPerDay}h` } } : {}),
    ...(bursts
      ? {
          burst: {
            factor: bursts.factor,
            length: `${bursts.lengthS}s`,
            every: `${bursts.everyS}s`,
            process: bursts.process,
          },
        }
      : {}),
  }
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(12))}%`
}

/** As a scenario file writes a candidate; of variants the candidate without, since the model names them. */
function candidateFields(candidate: Candidate): Readonly<Record<string, unknown>> {
  const { platform, region, threads, maxBatch, url, tokenEnv } = candidate
  const fields = {
    platform,
    ...shapeFields(candidate),
    ...gpuFields(candidate),
    region,
    ...(threads > 1 ? { threads } : {}),
    maxBatch,
    url,
    tokenEnv,
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function shapeFields(candidate: Candidate): Readonly<Record<string, unknown>> {
  const { minReplicas, maxReplicas } = candidate
  const bounds = { minReplicas, maxReplicas }
  switch (candidate.platform) {
    case 'vertex':
      return { machineType: candidate.machineType, purchase: candidate.purchase, ...bounds }
    case 'cloud-run': {
      const { vcpus, memoryGib, concurrency, billing } = candidate
      return { cpu: vcpus, memory: `${memoryGib}Gi`, concurrency, billing, ...bounds }
    }
    case 'functions': {
      const { generation, memoryMib, vcpus, concurrency } = candidate
      const second = generation === 2 ? { concurrency } : {}
      return { generation, memory: `${memoryMib}Mi`, cpu: vcpus, ...second, ...bounds }
    }
    case 'gce': {
      const { kind, machineType: type, purchase, diskGib, diskType } = candidate
      const fleet = kind === 'vm' ? { replicas: minReplicas } : bounds
      return { kind, machineType: type, purchase, disk: `${diskGib}Gi`, diskType, ...fleet }
    }
  }
}

/** Of a GPU that does not come with the machine. */
function gpuFields({ accelerator, ...candidate }: Candidate) {
  const machine = 'machineType' in candidate ? machineType(candidate.machineType) : undefined
  if (!accelerator || machine?.accelerator) return {}
  return { accelerator: accelerator.type, acceleratorCount: accelerator.count }
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
}
