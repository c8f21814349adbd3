import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Candidate } from '../core/candidate.ts'
import { UserError } from '../core/errors.ts'
import type { Refusal, Trial } from '../core/measurement.ts'
import type { Listener } from '../core/run-event.ts'
import type { PartialProfile, RunRecord, VariantTrial } from '../core/run-record.ts'
import type { Scenario, VariantSource } from '../core/scenario.ts'
import { formatBytes, formatRatio } from '../core/units.ts'
import { explainLoss } from '../core/variant.ts'
import { makeSamples } from '../model/accuracy/make-samples.ts'
import { VariantBuilder } from '../model/variants/build-variant.ts'
import { checkInputs } from '../serving/check-inputs.ts'
import { startLocalServer } from '../serving/local-server.ts'
import type { ProbedModel } from './probe-model.ts'
import { type Profiling, profileSteps } from './profile-locally.ts'
import type { Step } from './steps.ts'

interface TryingVariants {
  readonly scenario: Scenario
  readonly model: ProbedModel
  readonly variantsFolder?: string
  readonly signal: AbortSignal
  readonly notify: Listener
  readonly variants: () => readonly VariantTrial[]
  readonly update: (trial: VariantTrial) => void
}

/** Made-up samples that variants are compared on, unless the scenario names files of real ones. */
const GENERATED_SAMPLES = 32
/** Loss up to which no layer is left alone, where the scenario sets no limit. */
const TOLERANCE = 0.01

/** Makes each variant that a candidate needs and that is not there yet, and measures its accuracy. */
export function variantSteps(trying: TryingVariants, candidates: readonly Candidate[]): Step[] {
  const needed = neededVariants(trying, candidates).filter((each) => find(trying, each.name) === undefined)
  if (needed.length === 0) return []
  let builder: Promise<VariantBuilder> | undefined
  return needed.map((variant) => ({
    name: `variant ${variant.name}`,
    run: async () => {
      // In a process of its own first, where a file that breaks the runtime does no harm.
      if (variant.path !== undefined) await checkStandsIn(trying, variant.path)
      builder ??= openBuilder(trying)
      const facts = await (await builder).build(variant)
      trying.update({ facts, profile: null })
      const size = `${formatBytes(facts.bytes)}, ${formatRatio(facts.bytes / facts.fp32Bytes)} of fp32`
      return `${size}; ${facts.accuracy ? explainLoss(facts.accuracy) : ''}`
    },
  }))
}

/** What is left to measure of the profile of each variant that candidates need. */
export function variantProfileSteps(trying: TryingVariants, candidates: readonly Candidate[]): Step[] {
  return neededVariants(trying, candidates).flatMap(({ name }) => {
    const trial = find(trying, name)
    if (!trial) return []
    const { facts } = trial
    const scenario = { ...trying.scenario, model: { ...trying.scenario.model, path: facts.path } }
    const model = {
      ...trying.model,
      facts: { ...trying.model.facts, sha256: facts.sha256, bytes: facts.bytes },
    }
    const profile = () => find(trying, name)?.profile ?? null
    const update = (next: PartialProfile) => trying.update({ facts, profile: withArithmetic(next, name) })
    const profiling: Profiling = { ...trying, scenario, model, suffix: ` as ${name}`, profile, update }
    return profileSteps(profiling)
  })
}

/** The trial of a candidate whose variant loses more than the scenario allows. */
export function accuracyRefusal(candidate: Candidate, { scenario, variants }: RunRecord): Trial[] {
  const limit = scenario.model.maxAccuracyLoss
  const accuracy = variants?.find(({ facts }) => facts.name === candidate.variant)?.facts.accuracy
  if (limit === undefined || !accuracy || accuracy.loss.value <= limit) return []
  const over = `${formatRatio(accuracy.loss.value - limit).replace('%', '')} points over the limit of ${formatRatio(limit)}`
  const rule = `${candidate.variant}: ${explainLoss(accuracy)}, ${over}`
  return [
    {
      candidate: candidate.name,
      status: 'refused',
      refusals: [{ rule, source: "the scenario's model.maxAccuracyLoss" }],
    },
  ]
}

/** ONNX Runtime computes dynamic int8 on CPUs only. */
export function gpuRefusal({ variant, accelerator }: Candidate): Refusal[] {
  if (variant !== 'int8-dynamic' || !accelerator) return []
  return [
    {
      rule: 'int8-dynamic runs on CPUs: ONNX Runtime has no DynamicQuantizeLinear or ConvInteger for CUDA',
      source: 'onnxruntime docs/OperatorKernels.md',
    },
  ]
}

function neededVariants(
  { scenario }: TryingVariants,
  candidates: readonly Candidate[],
): readonly VariantSource[] {
  const wanted = new Set(candidates.map(({ variant }) => variant))
  return (scenario.model.variants ?? []).filter(({ name }) => wanted.has(name))
}

function find({ variants }: TryingVariants, name: string): VariantTrial | undefined {
  return variants().find(({ facts }) => facts.name === name)
}

function openBuilder({
  scenario,
  model,
  variantsFolder,
  signal,
  notify,
}: TryingVariants): Promise<VariantBuilder> {
  const samples = makeSamples(
    model.facts.inputs,
    scenario.model.inputs,
    GENERATED_SAMPLES,
    scenario.load.seed,
  )
  return VariantBuilder.open({
    modelPath: scenario.model.path,
    folder: variantsFolder ?? join(tmpdir(), `plimsoll-variants-${model.facts.sha256.slice(0, 12)}`),
    samples,
    tolerance: scenario.model.maxAccuracyLoss ?? TOLERANCE,
    signal,
    onProgress: (finished, total) => notify({ kind: 'progress', finished, total }),
  })
}

/** A file of the user's has to take the same request as the model. */
async function checkStandsIn({ scenario, signal }: TryingVariants, path: string): Promise<void> {
  const server = await startLocalServer({ modelPath: path, threads: 1, signal })
  try {
    const mismatches = checkInputs(scenario.model.inputs, server.facts.inputs)
    if (mismatches.length > 0) {
      throw new UserError(
        mismatches.map(({ message, hint }) => ({
          file: path,
          message,
          ...(hint === undefined ? {} : { hint }),
        })),
      )
    }
  } finally {
    await server.stop()
  }
}

function withArithmetic(profile: PartialProfile, variant: string): PartialProfile {
  return variant === 'int8-dynamic' ? { ...profile, arithmetic: 'int8' } : profile
}
