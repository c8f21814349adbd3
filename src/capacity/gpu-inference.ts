import type { ModelWork } from '../core/measurement.ts'
import { between, type Estimate } from '../core/operation.ts'
import type { CalibratedRoofline } from './calibrate.ts'
import { HARDWARE } from './published-rows.ts'
import { type InferenceWork, type RuntimeClass, rooflineMs } from './roofline.ts'

/** Parameters of the roofline as fitted: µs of a launch, ms of a call, shares of peaks; and spreads of predictions. */
interface Fit {
  readonly parameters: Readonly<Record<string, number>>
  readonly spread: CalibratedRoofline['spread']
}

/** What `npm run bench:hardware` prints for `published/inference-times.json`; a test fits it anew. */
export const FIT: Fit = {
  parameters: {
    'call framework': 3.567,
    'launch framework': 6.235,
    'framework fp32': 0.5866,
    'framework tf32': 0.3,
    'framework fp16': 0.3139,
    'memory framework': 0.3257,
    'call compiled': 0.4952,
    'launch compiled': 2.024,
    'compiled tf32': 0.4162,
    'compiled fp16': 0.3571,
    'compiled int8': 1.205,
    'memory compiled': 1.727,
    'cpu fp32': 0.4181,
    'cpu int8': 0.5483,
  },
  spread: { framework: 2.482, compiled: 6.452, cpu: 5.878 },
}

const LOGARITHMS = Object.fromEntries(
  Object.entries(FIT.parameters).map(([name, value]) => [name, Math.log(value)]),
)

/** The cards of Google Cloud's accelerators. */
const CARDS: Readonly<Record<string, string>> = {
  'nvidia-tesla-p4': 'P4',
  'nvidia-tesla-p100': 'P100',
  'nvidia-tesla-t4': 'T4',
  'nvidia-tesla-v100': 'V100',
  'nvidia-l4': 'L4',
  'nvidia-tesla-a100': 'A100 40GB',
  'nvidia-a100-80gb': 'A100 80GB',
  'nvidia-h100-80gb': 'H100 SXM',
}

/**
 * Time of one inference of one item on a GPU with ONNX Runtime, ms, or undefined for a card without figures.
 *
 * ONNX Runtime calls kernels one by one as frameworks do, but from C++: a call costs it no more than an engine. So the
 * range reaches from the fast end of an engine's to the slow end of a framework's, with float32 products, which cards
 * from Ampere on compute as TF32.
 */
export function gpuInferenceMs(accelerator: string, work: ModelWork): Estimate | undefined {
  const peak = HARDWARE[CARDS[accelerator] ?? '']
  if (!peak) return undefined
  const precision = peak.tera.tf32 === undefined ? 'fp32' : 'tf32'
  const item = toInferenceWork(work)
  const ms = (runtime: RuntimeClass) => rooflineMs(item, peak, precision, runtime, 1, LOGARITHMS)
  const fast = Math.min(ms('framework') / FIT.spread.framework, ms('compiled'))
  const slow = Math.max(ms('framework'), ms('compiled')) * FIT.spread.framework
  return between(fast, slow)
}

function toInferenceWork({ macs, bytesMoved, parameters, kernels }: ModelWork): InferenceWork {
  return { macs, parameters, kernels, activations: Math.max(0, bytesMoved / 4 - parameters) }
}
