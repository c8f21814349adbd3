import { mean, median, sampleStandardDeviation } from 'simple-statistics'
import type { ProfilePoint, ProfileResult, ScalingCurve, VariantStart } from '../../core/model-profile.ts'
import type { Range } from '../../core/scenario.ts'
import { roundToMicrosecond } from '../../core/units.ts'
import { studentQuantile } from '../../stats/mean-interval.ts'
import { percentile, sortAscending } from '../../stats/percentile.ts'
import { fitScalability } from '../../stats/scalability.ts'
import type { Block } from './measure-block.ts'

export function summarizePoints(points: readonly ProfilePoint[], blocks: readonly Block[]): ProfileResult[] {
  return points.flatMap((point) => {
    const own = blocks.filter((block) => block.point === point)
    if (own.length === 0) return []
    const sorted = sortAscending(own.flatMap(({ timesMs }) => [...timesMs]))
    return [
      {
        ...point,
        rounds: own.length,
        inferences: sorted.length,
        inferenceMs: {
          p50: meanRange(own.map(({ timesMs }) => median([...timesMs]))),
          p95: percentile(sorted, 0.95),
          p99: percentile(sorted, 0.99),
        },
        perSecond: meanRange(own.map(({ perSecond }) => perSecond)),
        ratioToFp32: ratioToFp32(point, own, blocks),
        samplesMs: thinned(sorted),
      },
    ]
  })
}

/** As many as tell a p99 from the largest. */
const KEPT_SAMPLES = 200

function thinned(sorted: Float64Array): number[] {
  const count = Math.min(KEPT_SAMPLES, sorted.length)
  return Array.from({ length: count }, (_, index) =>
    roundToMicrosecond(percentile(sorted, (index + 0.5) / count)),
  )
}

/** Paired by round, so that what slows the whole machine for a while slows both. */
function ratioToFp32(point: ProfilePoint, own: readonly Block[], blocks: readonly Block[]): Range | null {
  if (point.variant === 'fp32') return null
  const logs = own.flatMap((block) => {
    const base = blocks.find((each) => each.round === block.round && isBaseOf(each.point, point))
    return base ? [Math.log(median([...block.timesMs]) / median([...base.timesMs]))] : []
  })
  if (logs.length < 2) return null
  const { low, value, high } = meanRange(logs)
  return { low: Math.exp(low), value: Math.exp(value), high: Math.exp(high) }
}

function isBaseOf(base: ProfilePoint, { threads, batch, concurrency }: ProfilePoint): boolean {
  return (
    base.variant === 'fp32' &&
    base.threads === threads &&
    base.batch === batch &&
    base.concurrency === concurrency
  )
}

/** Mean over rounds with Student's 95% interval; unbounded with one round. */
function meanRange(values: readonly number[]): Range {
  const value = mean([...values])
  if (values.length < 2) return { low: Number.NEGATIVE_INFINITY, value, high: Number.POSITIVE_INFINITY }
  const half =
    (studentQuantile(values.length - 1) * sampleStandardDeviation([...values])) / Math.sqrt(values.length)
  return { low: value - half, value, high: value + half }
}

export function summarizeStarts(variants: readonly string[], blocks: readonly Block[]): VariantStart[] {
  return variants.flatMap((variant) => {
    const own = blocks.filter(({ point }) => point.variant === variant)
    // Processes that start together slow each other down.
    const alone = own.filter(({ point }) => point.concurrency === 1)
    const loads = alone.flatMap(({ loadMs }) => loadMs)
    if (loads.length === 0) return []
    return [
      {
        variant,
        loadMs: median(loads),
        firstInferenceMs: median(alone.flatMap(({ firstMs }) => firstMs)),
        peakRssMib: Math.round(Math.max(...own.map(({ peakRssMib }) => peakRssMib))),
        starts: loads.length,
      },
    ]
  })
}

/** Of every variant, threads and batch that was measured at three concurrencies or more. */
export function scalingCurves(blocks: readonly Block[], random: () => number): ScalingCurve[] {
  const groups = new Map<string, Block[]>()
  for (const block of blocks) {
    const { variant, threads, batch } = block.point
    const key = JSON.stringify([variant, threads, batch])
    groups.set(key, [...(groups.get(key) ?? []), block])
  }
  return [...groups.values()].flatMap((group) => {
    const points = group.map(({ point, perSecond }) => ({ concurrency: point.concurrency, perSecond }))
    const first = group[0]
    const levels = [...new Set(points.map(({ concurrency }) => concurrency))].sort((a, b) => a - b)
    const fit = levels.length >= 3 ? fitScalability(points, random) : null
    if (!fit || !first) return []
    const { variant, threads, batch } = first.point
    const range = (name: 'gamma' | 'sigma' | 'kappa') => ({ value: fit[name], ...fit.intervals[name] })
    const means = levels.map((concurrency) => ({
      concurrency,
      perSecond: mean(
        points.filter((each) => each.concurrency === concurrency).map(({ perSecond }) => perSecond),
      ),
    }))
    const ranges = { gamma: range('gamma'), sigma: range('sigma'), kappa: range('kappa') }
    return [{ variant, threads, batch, points: means, ...ranges, peak: fit.peak }]
  })
}
