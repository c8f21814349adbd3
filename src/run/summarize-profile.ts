import { mean } from 'simple-statistics'
import type { ProfileSummary, VariantSummary } from '../core/advice.ts'
import type { Percentiles, StartUp } from '../core/measurement.ts'
import type { PartialProfile, RunRecord } from '../core/run-record.ts'
import { percentile, percentileRatios, sortAscending } from '../stats/percentile.ts'

/** The profile as it is reported: figures instead of samples. Null until it is complete. */
export function summarizeProfile(profile: PartialProfile | null): ProfileSummary | null {
  const { replyBytes, peakRssMib } = profile ?? {}
  const startUp = profile && medianStartUp(profile.startUps)
  if (!profile || !startUp || replyBytes === undefined || peakRssMib === undefined) return null
  return {
    host: profile.host,
    model: profile.model,
    requestBytes: profile.requestBytes,
    replyBytes,
    peakRssMib,
    startUpMs: { median: startUp, count: profile.startUps.length },
    ...(profile.source && { source: profile.source }),
    settings: profile.settings.map(({ threads, measurement }) => ({
      threads,
      requests: measurement.counts.ok,
      serviceMs: measurement.serviceMs,
      inferenceMs: measurement.inferenceMs.length > 0 ? percentilesOf(measurement.inferenceMs) : null,
      valid: measurement.valid,
      invalidReasons: measurement.invalidReasons,
    })),
  }
}

/** Each variant with its accuracy beside its speed. */
export function summarizeVariants({ variants = [], scenario, profile: fp32 }: RunRecord): VariantSummary[] {
  const limit = scenario.model.maxAccuracyLoss ?? Number.POSITIVE_INFINITY
  const order = (scenario.model.variants ?? []).map(({ name }) => name)
  const sorted = variants.toSorted((a, b) => order.indexOf(a.facts.name) - order.indexOf(b.facts.name))
  return sorted.map(({ facts, profile }) => ({
    ...facts,
    refused: (facts.accuracy?.loss.value ?? 0) > limit,
    settings: (profile?.settings ?? []).map(({ threads, measurement }) => {
      const same = fp32?.settings.find((setting) => setting.threads === threads)
      const ratioToFp32 = same ? measurement.serviceMs.p50 / same.measurement.serviceMs.p50 : null
      return { threads, serviceMs: measurement.serviceMs, ratioToFp32 }
    }),
  }))
}

/** The start whose total is the middle one: its phases belong together. */
function medianStartUp(startUps: readonly StartUp[]): StartUp | undefined {
  const sorted = [...startUps].sort((a, b) => a.totalMs - b.totalMs)
  return sorted[Math.floor((sorted.length - 1) / 2)]
}

function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = sortAscending(values)
  const entries = Object.entries(percentileRatios).map(([name, ratio]) => [name, percentile(sorted, ratio)])
  return { ...Object.fromEntries(entries), max: sorted.at(-1) ?? Number.NaN, mean: mean([...values]) }
}
