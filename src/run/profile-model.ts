import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { UserError } from '../core/errors.ts'
import type { TensorSpec } from '../core/measurement.ts'
import type { ModelProfile, ProfileResult } from '../core/model-profile.ts'
import { seededRandom } from '../core/random.ts'
import type { Listener } from '../core/run-event.ts'
import type { ModelSource, Slo, VariantSource } from '../core/scenario.ts'
import { formatBytes, formatMs } from '../core/units.ts'
import type { VariantFacts } from '../core/variant.ts'
import { makeSamples } from '../model/accuracy/make-samples.ts'
import { defaultConcurrencies, defaultThreads, planProfile } from '../model/profile/plan-profile.ts'
import { measurePoints } from '../model/profile/profile-model.ts'
import { scalingCurves, summarizePoints, summarizeStarts } from '../model/profile/summarize-blocks.ts'
import { VariantBuilder } from '../model/variants/build-variant.ts'
import { describeHost } from '../serving/describe-host.ts'
import { bestPoint } from './best-point.ts'
import { probeServed } from './probe-served.ts'

export interface ProfileModelOrder {
  readonly model: ModelSource
  readonly variants: readonly VariantSource[]
  readonly threads?: readonly number[]
  readonly batches?: readonly number[]
  readonly concurrencies?: readonly number[]
  readonly slo?: Slo
  readonly budgetMs: number
  readonly seed: number
  /** Folder for the variants that are made. */
  readonly folder: string
  readonly signal: AbortSignal
  readonly notify: Listener
}

const ACCURACY_SAMPLES = 32
/** Loss up to which no layer is left alone, where the scenario sets no limit. */
const TOLERANCE = 0.01
/** More threads and processes than these would thrash. */
const MOST_SETTINGS = 200

/** Makes the variants, measures their accuracy, and times each setting of the grid in random order, again and again. */
export async function profileModel(order: ProfileModelOrder): Promise<ModelProfile> {
  const { model, signal, notify, seed } = order
  const startedAt = new Date().toISOString()
  const fromMs = performance.now()
  const served = await probeServed(model, order.budgetMs, seed, signal)
  const { inputs } = served.model
  const batches = order.batches ?? (isBatchFree(inputs) ? [1, 4] : [1])
  if (batches.some((batch) => batch > 1) && !isBatchFree(inputs)) {
    throw new UserError({
      message: 'the first dimension of the inputs is fixed: the batch is 1',
      hint: 'leave --batch out',
    })
  }
  const cores = availableParallelism()
  const variants = await buildVariants(order, inputs)
  const grid = {
    variants: variants.map(({ name }) => name),
    threads: order.threads ?? defaultThreads(cores),
    batches,
    concurrencies: order.concurrencies ?? defaultConcurrencies(cores),
  }
  const points = planProfile(grid, cores)
  if (points.length > MOST_SETTINGS) {
    throw new UserError({
      message: `the lists span ${points.length} settings`,
      hint: `at most ${MOST_SETTINGS}: shorten them`,
    })
  }
  const measuredFromMs = performance.now()
  const blocks = await measurePoints({
    points,
    paths: new Map(variants.map(({ name, path }) => [name, path])),
    sample: (batch) => sampleOf(model, inputs, batch, seed),
    seed,
    budgetMs: order.budgetMs,
    signal,
    onBlock: (round, finished, total) => showRound(round, finished, total, notify),
  })
  const measuredMs = performance.now() - measuredFromMs
  const results = summarizePoints(points, blocks)
  return {
    schemaVersion: 1,
    startedAt,
    durationS: (performance.now() - fromMs) / 1000,
    host: describeHost(),
    model: model.file,
    served,
    variants,
    results,
    starts: summarizeStarts(grid.variants, blocks),
    scaling: scalingCurves(blocks, seededRandom(seed)),
    best: bestPoint(results, variants, model.maxAccuracyLoss, order.slo),
    warnings: [...warningsOf(results), ...budgetWarning(measuredMs, order.budgetMs, points.length)],
  }
}

function isBatchFree(inputs: readonly TensorSpec[]): boolean {
  return inputs.every(({ shape }) => shape.length > 0 && shape[0] === null)
}

async function buildVariants(
  order: ProfileModelOrder,
  inputs: readonly TensorSpec[],
): Promise<VariantFacts[]> {
  const { model, folder, seed, signal, notify } = order
  const names: VariantSource[] = [{ name: 'fp32' }, ...order.variants.filter(({ name }) => name !== 'fp32')]
  const builder = await VariantBuilder.open({
    modelPath: model.path,
    folder,
    samples: makeSamples(inputs, model.inputs, ACCURACY_SAMPLES, seed),
    tolerance: model.maxAccuracyLoss ?? TOLERANCE,
    signal,
    onProgress: (finished, total) => notify({ kind: 'progress', finished, total }),
  })
  const facts: VariantFacts[] = []
  for (const [index, variant] of names.entries()) {
    notify({ kind: 'step-started', step: `variant ${variant.name}`, index: index + 1, total: names.length })
    const made = await builder.build(variant)
    facts.push(made)
    notify({ kind: 'step-finished', step: `variant ${variant.name}`, result: formatBytes(made.bytes) })
  }
  return facts
}

function sampleOf(model: ModelSource, inputs: readonly TensorSpec[], batch: number, seed: number) {
  const sources = Object.entries(model.inputs).map(([name, source]) => {
    const { samples: _, ...rest } = source
    const [first = 1, ...others] = source.shape
    const values = rest.values.from === 'file' ? ({ from: 'uniform', low: 0, high: 1 } as const) : rest.values
    return [name, batch === 1 ? rest : { ...rest, values, shape: [first * batch, ...others] }] as const
  })
  return makeSamples(inputs, Object.fromEntries(sources), 1, seed).samples[0] ?? new Map()
}

function showRound(round: number, finished: number, total: number, notify: Listener): void {
  if (finished === 0) notify({ kind: 'note', text: `round ${round + 1}: ${total} settings` })
  notify({ kind: 'progress', finished, total })
}

function warningsOf(results: readonly ProfileResult[]): string[] {
  const alone = results.filter(({ concurrency }) => concurrency === 1)
  const noisy = alone.filter(({ inferenceMs }) => inferenceMs.p95 > 1.8 * inferenceMs.p50.value)
  return [
    ...(noisy.length > alone.length / 2
      ? ['this machine was busy while it measured: run again when idle']
      : []),
  ]
}

function budgetWarning(measuredMs: number, budgetMs: number, settings: number): string[] {
  // The last round that begins within the budget may end a little beyond it.
  if (measuredMs <= 1.2 * budgetMs) return []
  const took = `measuring took ${formatMs(measuredMs)}, not the budget of ${formatMs(budgetMs)}`
  const each = settings === 1 ? 'the setting is' : `each of ${settings} settings is`
  return [`${took}: ${each} timed three times at least`]
}
