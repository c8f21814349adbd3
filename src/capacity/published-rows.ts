import type { GroupedRow } from './calibrate.ts'
import type { InferenceWork, Peak, Precision, RooflineRow, RuntimeClass } from './roofline.ts'

/** A row of `published/inference-times.json`. */
export type PublishedRow = readonly [
  source: number,
  runtime: string,
  model: string,
  hardware: string,
  precision: string,
  batch: number,
  ms: number,
]

/**
 * What the published models take. Multiply-adds of the matrix products by their shapes: ResNet-50 v1.5 at 224 x 224;
 * BERT with 85.1 M (base) and 302 M (large) weights in its layers, times the tokens, and the products of attention;
 * MobileNet by their papers (arXiv 1704.04861, 1801.04381). Kernels are the operators of their graphs with batch
 * normalisation folded, of BERT 15 a layer as runtimes fuse them, and activations what these read and write; both are
 * estimated from the layers' shapes, to a third or so.
 */
const MODELS: Readonly<Record<string, InferenceWork>> = {
  resnet50: { macs: 4.1e9, activations: 60e6, parameters: 25.6e6, kernels: 122 },
  'bert-base-128': { macs: 11.2e9, activations: 75e6, parameters: 110e6, kernels: 185 },
  'bert-base-384': { macs: 35.4e9, activations: 270e6, parameters: 110e6, kernels: 185 },
  'bert-large-128': { macs: 39.5e9, activations: 200e6, parameters: 335e6, kernels: 365 },
  'bert-large-384': { macs: 123e9, activations: 720e6, parameters: 335e6, kernels: 365 },
  'mobilenet-v1': { macs: 0.57e9, activations: 30e6, parameters: 4.2e6, kernels: 57 },
  'mobilenet-v2': { macs: 0.3e9, activations: 40e6, parameters: 3.5e6, kernels: 100 },
}

/** One core of a CPU: its stated clock, and int8 as a multiple of float32 with AVX-512. */
function core(gigahertz: number, int8Gain: number): Peak {
  const fp32 = (64 * gigahertz) / 1000
  return { tera: { fp32, fp16: fp32 * 4, int8: fp32 * int8Gain }, gigabytes: 20 }
}

/** What VNNI and AMX gain over float32 in ResNet-50; see `INT8_GAIN` of hardware.ts. */
const [VNNI, AMX] = [4, 11]

/** Dense rates by data sheets, A30 to H100 as NVIDIA's AIConfigurator has them (commit 095f58a51c4c); a MIG slice has
 * a seventh of an A100's multiprocessors and an eighth of its memory, a quarter of an A30's. */
export const HARDWARE: Readonly<Record<string, Peak>> = {
  P4: { tera: { fp32: 5.44, int8: 21.8 }, gigabytes: 192 },
  P100: { tera: { fp32: 9.3 }, gigabytes: 732 },
  T4: { tera: { fp32: 8.1, fp16: 65, int8: 130 }, gigabytes: 320 },
  V100: { tera: { fp32: 15, fp16: 120 }, gigabytes: 900 },
  A30: { tera: { fp32: 10.3, tf32: 82.5, fp16: 165, int8: 330 }, gigabytes: 933 },
  L4: { tera: { fp32: 30.3, tf32: 60.5, fp16: 121, int8: 242 }, gigabytes: 300 },
  'A100 40GB': { tera: { fp32: 19.5, tf32: 156, fp16: 312, int8: 624 }, gigabytes: 1555 },
  'A100 80GB': { tera: { fp32: 19.5, tf32: 156, fp16: 312, int8: 624 }, gigabytes: 2039 },
  'H100 PCIe': { tera: { fp32: 51, tf32: 378, fp16: 756.5, int8: 1513 }, gigabytes: 2000 },
  'H100 SXM': { tera: { fp32: 67, tf32: 494, fp16: 989, int8: 1978 }, gigabytes: 3350 },
  'A100 1g': { tera: { fp32: 2.8, tf32: 22.3, fp16: 44.6, int8: 89 }, gigabytes: 255 },
  'A30 1g': { tera: { fp32: 2.6, tf32: 20.6, fp16: 41, int8: 82 }, gigabytes: 233 },
  'Xeon 6271': core(2.6, VNNI),
  'Xeon 8360Y': core(2.4, VNNI),
  'Xeon 8380': core(2.3, VNNI),
  'Xeon 8380H': core(2.9, VNNI),
  'Xeon 8480': core(2.0, AMX),
}

const COMPILED = /TensorRT|mlperf/

function runtimeClass(runtime: string, hardware: string): RuntimeClass {
  if (hardware.startsWith('Xeon')) return 'cpu'
  return COMPILED.test(runtime) ? 'compiled' : 'framework'
}

/** What tells experiments apart: rows of one are of one machine, one runtime and one model, and not independent. */
function experimentOf([source, runtime, model, hardware, precision]: PublishedRow): string {
  return [source, runtime, model, hardware, precision].join('|')
}

/** The rows with the groups that are held back together: those of one hardware, those of one source. */
export function groupRows(rows: readonly PublishedRow[]): GroupedRow[] {
  const fitted = toRooflineRows(rows)
  return rows.flatMap(([source, , , hardware], index) => {
    const row = fitted[index]
    return row ? [{ row, groups: [hardware, `source ${source}`] }] : []
  })
}

/** The rows as the fit takes them; each experiment weighs as much as a few rows, however many it has. */
function toRooflineRows(rows: readonly PublishedRow[]): RooflineRow[] {
  const sizes = new Map<string, number>()
  for (const row of rows) sizes.set(experimentOf(row), (sizes.get(experimentOf(row)) ?? 0) + 1)
  return rows.map((row) => {
    const [, runtime, model, hardware, precision, batch, ms] = row
    const [work, peak] = [MODELS[model], HARDWARE[hardware]]
    if (!work || !peak) throw new Error(`no figures for ${model} on ${hardware}`)
    const weight = 1 / Math.sqrt(sizes.get(experimentOf(row)) ?? 1)
    return {
      work,
      peak,
      precision: precision as Precision,
      runtime: runtimeClass(runtime, hardware),
      batch,
      ms,
      weight,
    }
  })
}
