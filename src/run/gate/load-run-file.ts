import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { loadRun, runFileOf } from '../run-store.ts'
import type { RunFile } from './compare-runs.ts'

const TIMES = z.looseObject({
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
})
const MEASUREMENT = z.looseObject({
  arrivals: z.string(),
  counts: z.looseObject({ due: z.number(), ok: z.number() }),
  serviceMs: TIMES,
  responseMs: TIMES,
  intervals: z.record(z.string(), z.looseObject({ low: z.number(), high: z.number() })),
  valid: z.boolean(),
  invalidReasons: z.array(z.string()),
  samplesMs: z.array(z.number()),
  inferenceMs: z.array(z.number()),
})
const SETTINGS = z.array(z.looseObject({ threads: z.number(), measurement: MEASUREMENT }))
/** What a comparison reads of a run, beyond what every saved run has. */
const COMPARED = z.looseObject({
  profile: z
    .looseObject({
      host: z.looseObject({
        cpuModel: z.string(),
        cores: z.number(),
        node: z.string(),
        onnxruntime: z.string(),
      }),
      model: z.looseObject({ sha256: z.string(), bytes: z.number() }),
      startUps: z.array(z.looseObject({ totalMs: z.number() })),
      settings: SETTINGS,
    })
    .nullable(),
  variants: z
    .array(
      z.looseObject({
        facts: z.looseObject({ name: z.string(), sha256: z.string(), bytes: z.number() }),
        profile: z.looseObject({ settings: SETTINGS }).nullable(),
      }),
    )
    .optional(),
  trials: z.array(
    z.looseObject({ status: z.string() }).check((trial) => {
      if (trial.value.status !== 'measured') return
      if (MEASUREMENT.safeParse(trial.value.measurement).success) return
      trial.issues.push({
        code: 'custom',
        message: 'a measured trial without its measurement',
        input: trial.value,
      })
    }),
  ),
})

/** A saved run that can be compared. @throws UserError when it is none, of a newer schema, or damaged */
export function loadRunFile(path: string): RunFile {
  const record = loadRun(path)
  const file = runFileOf(path)
  const result = COMPARED.safeParse(record)
  if (result.success) return { file, record }
  throw new UserError(
    result.error.issues.slice(0, 10).map(({ path: field, message }) => ({
      file,
      field: field.map(String).join('.'),
      message: `the run is damaged: ${message}`,
      hint: 'measure it again with plimsoll run',
    })),
  )
}
