import { UserError } from '../../core/errors.ts'
import type { Range } from '../../core/scenario.ts'
import type { Accuracy, OutputAccuracy } from '../../core/variant.ts'
import { unitMeanInterval, unitRatioInterval } from '../../stats/mean-interval.ts'
import type { ModelSession, Outputs, Sample } from '../session.ts'
import { type Comparison, compareOutput } from './compare-outputs.ts'
import type { Samples } from './make-samples.ts'
import { type OutputReading, readOutput } from './output-kind.ts'

/** What the fp32 model answers to each sample, and how its outputs are read. */
export interface Reference {
  readonly samples: readonly Sample[]
  readonly source: Samples['source']
  readonly outputs: readonly Outputs[]
  readonly readings: ReadonlyMap<string, OutputReading>
}

/** Time for other things between two inferences, which hold the event loop. */
const breathe = () => new Promise((resolve) => setImmediate(resolve))

export async function takeReference(
  session: ModelSession,
  { samples, source }: Samples,
  signal: AbortSignal,
): Promise<Reference> {
  const outputs: Outputs[] = []
  for (const sample of samples) {
    signal.throwIfAborted()
    outputs.push(await session.run(sample))
    await breathe()
  }
  const first = outputs[0] ?? new Map()
  return {
    samples,
    source,
    outputs,
    readings: new Map([...first].map(([name, tensor]) => [name, readOutput(tensor)])),
  }
}

/** The first samples of a reference, for quick looks. */
export function firstSamples(reference: Reference, count: number): Reference {
  return {
    ...reference,
    samples: reference.samples.slice(0, count),
    outputs: reference.outputs.slice(0, count),
  }
}

/**
 * Runs a variant on the samples of the reference.
 * @throws UserError where it cannot run on them, or the model has no output to compare
 */
export async function measureAccuracy(
  session: ModelSession,
  reference: Reference,
  signal: AbortSignal,
): Promise<Accuracy> {
  if (reference.readings.size === 0) {
    throw new UserError({
      message: 'the accuracy of a variant cannot be measured: no output of the model is a tensor',
      hint: 'leave the variants out, or export the model with tensors as outputs',
    })
  }
  const comparisons = new Map<string, Comparison[]>()
  for (const [index, sample] of reference.samples.entries()) {
    signal.throwIfAborted()
    const found = await session.run(sample)
    for (const [name, expected] of reference.outputs[index] ?? []) {
      const reading = reference.readings.get(name)
      if (!reading) continue
      const all = comparisons.get(name) ?? []
      all.push(compareOutput(expected, found.get(name), reading))
      comparisons.set(name, all)
    }
    await breathe()
  }
  const outputs = [...comparisons].map(([name, all]) => summarize(name, all, reference.readings.get(name)))
  const losses = outputs.map(({ loss }) => loss).sort((a, b) => b.value - a.value)
  const loss = losses[0] ?? { low: 0, value: 0, high: 1 }
  return { samples: reference.samples.length, source: reference.source, outputs, loss }
}

function summarize(
  output: string,
  all: readonly Comparison[],
  reading: OutputReading | undefined,
): OutputAccuracy {
  const kind = reading?.kind ?? 'values'
  const of = (pick: (each: Comparison) => number) => unitMeanInterval(all.map(pick))
  const near = of(({ cosine }) => Math.min(1, Math.max(0, cosine)))
  const largestOf = (pick: (each: Comparison) => number) =>
    kind === 'text' ? null : Math.max(...all.map(pick))
  const agreement = kind === 'values' ? null : of((each) => each.agreement)
  const iou =
    kind === 'mask' ? unitRatioInterval(all.map(({ overlap }) => [overlap.both, overlap.either])) : null
  return {
    output,
    kind,
    agreement,
    iou,
    cosine: kind === 'text' ? null : near,
    maxError: largestOf(({ maxError }) => maxError),
    largest: largestOf(({ largest }) => largest),
    loss: complement(iou ?? agreement ?? near),
  }
}

function complement({ low, value, high }: Range): Range {
  return { low: 1 - high, value: 1 - value, high: 1 - low }
}
