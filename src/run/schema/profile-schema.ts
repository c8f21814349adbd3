import { z } from 'zod'
import type { ModelProfile } from '../../core/model-profile.ts'
import type { Frozen } from './frozen.ts'
import { figure, hostFacts, modelFacts, range, startUp, variantFacts } from './parts.ts'

const times = z.array(z.number().min(0)).min(1)
const point = {
  variant: z.string(),
  threads: z.int().min(1),
  batch: z.int().min(1),
  concurrency: z.int().min(1),
}

/** What `plimsoll profile` saves and prints as JSON. */
export const PROFILE_SCHEMA = z.strictObject({
  schemaVersion: z.literal(1),
  startedAt: z.string(),
  durationS: z.number(),
  host: hostFacts,
  model: z.string(),
  served: z.strictObject({
    model: modelFacts,
    encoding: z.enum(['json', 'base64']),
    inputs: z.record(z.string(), z.array(z.int())),
    requestBytes: z.int(),
    replyBytes: z.int(),
    peakRssMib: z.number(),
    startUp,
    besideModelMs: times,
  }),
  variants: z.array(variantFacts).min(1),
  results: z
    .array(
      z.strictObject({
        ...point,
        rounds: z.int(),
        inferences: z.int(),
        inferenceMs: z.strictObject({ p50: range, p95: figure, p99: figure }),
        perSecond: range,
        ratioToFp32: range.nullable(),
        samplesMs: times,
      }),
    )
    .min(1),
  starts: z.array(
    z.strictObject({
      variant: z.string(),
      loadMs: z.number(),
      firstInferenceMs: z.number(),
      peakRssMib: z.number(),
      starts: z.int(),
    }),
  ),
  scaling: z.array(
    z.strictObject({
      variant: z.string(),
      threads: z.int(),
      batch: z.int(),
      points: z.array(z.strictObject({ concurrency: z.int(), perSecond: z.number() })),
      sigma: range,
      kappa: range,
      gamma: range,
      peak: figure,
    }),
  ),
  best: z.strictObject({ criterion: z.string(), point: z.strictObject(point).nullable() }),
  warnings: z.array(z.string()),
})

/** Every profile fits the schema: this does not compile otherwise. */
export function asPublishedProfile(profile: ModelProfile): Frozen<z.infer<typeof PROFILE_SCHEMA>> {
  return profile
}
