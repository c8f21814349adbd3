import { z } from 'zod'
import { PURCHASES } from '../../core/bill.ts'
import { CLOUD_RUN_GPUS, DISK_TYPES, EGRESS_DESTINATIONS, STORAGE_CLASSES } from '../../core/catalogue.ts'
import { HOURS_PER_MONTH } from '../../core/operation.ts'
import { ACCELERATORS } from '../../core/regions.ts'
import { amount, choice, count, text } from '../fields.ts'

/** The usage file, defined once. Fields that are not here are mistakes; what goes with what, `complete-item.ts` says. */

type Options = readonly [string, ...string[]]

const shared = { region: text('Google Cloud region.', ['us-central1', 'europe-west1']).optional() }

const accelerator = z
  .strictObject({
    type: choice(ACCELERATORS as Options, 'GPU type.'),
    count: count('GPUs per machine.', { most: 16 }).default(1),
  })
  .meta({ description: 'GPUs that are attached.', examples: ['{ type: nvidia-tesla-t4, count: 1 }'] })
  .optional()

const machine = text('Compute Engine machine type.', ['n1-standard-4', 'g2-standard-8', 'n2-custom-4-16384'])
const diskType = choice(DISK_TYPES as Options, 'Disk type.').default('pd-balanced')
const wholeMonth = amount('Hours that it is there; a whole month if absent.').prefault(HOURS_PER_MONTH)
const egressGib = amount('GiB sent to the internet.').optional()
const nothing = (description: string) => amount(description).optional()

export const ITEM_SCHEMAS = {
  'cloud-run': z.strictObject({
    platform: z.literal('cloud-run'),
    ...shared,
    billing: choice(['request-based', 'instance-based'], 'When instances are billed.').default(
      'request-based',
    ),
    purchase: choice(['on-demand', 'commit-1yr', 'commit-3yr'], 'How it is bought.').default('on-demand'),
    vcpuSeconds: nothing('vCPU-seconds billed.'),
    gibSeconds: nothing('GiB-seconds of memory billed.'),
    idleVcpuSeconds: nothing('vCPU-seconds of idle minimum instances; request-based only.'),
    idleGibSeconds: nothing('GiB-seconds of idle minimum instances; request-based only.'),
    requests: nothing('Requests of the month; instance-based billing does not charge for them.'),
    gpu: choice(CLOUD_RUN_GPUS as Options, 'GPU type; instance-based only.').optional(),
    gpuSeconds: nothing('GPU-seconds billed.'),
    gpuZonalRedundancy: z.boolean({ error: 'true or false' }).default(false),
    vcpu: amount('vCPUs of an instance, where its seconds are to be worked out.', {
      least: '0.08',
    }).optional(),
    memoryGib: nothing('Memory of an instance, likewise.'),
    durationMs: nothing('How long a request takes; request-based only.'),
    concurrency: amount('Requests that an instance serves at a time.', { least: '1' }).optional(),
    minInstances: nothing('Instances kept all month; request-based only.'),
    instances: nothing('Instances that ran; instance-based only.'),
    hours: nothing('Hours that each of them ran.'),
    egressGib: nothing('GiB sent to the internet on the same continent.'),
  }),
  functions: z.strictObject({
    platform: z.literal('functions'),
    ...shared,
    generation: choice([1, 2], 'Cloud Functions 1st or 2nd generation.'),
    memoryMb: count('Memory of an instance in MB (of 2^20 bytes).', { least: 1, most: 32_768 }),
    invocations: amount('Invocations of the month.'),
    durationMs: amount('How long one takes; rounded up to 100 ms.'),
    vcpu: z
      .number({ error: 'a number of vCPUs' })
      .positive()
      .meta({ description: 'vCPUs; generation 2 only.' })
      .optional(),
    concurrency: amount('Requests at a time; generation 2 only.', { least: '1' }).optional(),
    minInstances: nothing('Instances kept all month.'),
    egressGib,
  }),
  vertex: z.strictObject({
    platform: z.literal('vertex'),
    ...shared,
    machineType: machine,
    accelerator,
    nodeHours: amount('Hours of the month, summed over nodes, busy or idle.'),
    purchase: choice(['on-demand', 'spot'], 'How the nodes are bought.').default('on-demand'),
  }),
  gce: z.strictObject({
    platform: z.literal('gce'),
    ...shared,
    machineType: machine,
    accelerator,
    hours: amount('Hours that each machine ran.'),
    count: amount('Machines.').prefault(1),
    purchase: choice(PURCHASES, 'How the machines are bought.').default('on-demand'),
    diskGib: nothing('Disk of each machine.'),
    diskType,
    addresses: nothing('External IPv4 addresses of each machine.'),
  }),
  disk: z.strictObject({
    platform: z.literal('disk'),
    ...shared,
    diskGib: amount('Size of each.'),
    diskType,
    iops: nothing('Provisioned operations a second of each, where the type has them.'),
    count: amount('Disks.').prefault(1),
    hours: wholeMonth,
  }),
  network: z.strictObject({
    platform: z.literal('network'),
    ...shared,
    egressGib: amount('GiB sent from Compute Engine or Vertex AI to the internet, premium tier.'),
    destination: choice(EGRESS_DESTINATIONS as Options, 'Where they went.').default('worldwide'),
  }),
  'load-balancer': z.strictObject({
    platform: z.literal('load-balancer'),
    ...shared,
    forwardingRules: count('Forwarding rules.', { least: 0, most: 10_000 }).default(1),
    inboundGib: nothing('GiB that it processed on the way in.'),
    outboundGib: nothing('GiB that it processed on the way out.'),
    hours: wholeMonth,
  }),
  address: z.strictObject({
    platform: z.literal('address'),
    ...shared,
    count: amount('External IPv4 addresses.').prefault(1),
    use: choice(['vm', 'spot-vm', 'unused'], 'What they are attached to.').default('vm'),
    hours: wholeMonth,
  }),
  storage: z.strictObject({
    platform: z.literal('storage'),
    ...shared,
    gibMonths: amount('GiB at rest, times months.'),
    storageClass: choice(STORAGE_CLASSES as Options, 'Cloud Storage class, one region.').default('standard'),
    retrievalGib: nothing('GiB read; classes other than standard charge for it.'),
    classAOperations: nothing('Writes and lists.'),
    classBOperations: nothing('Reads.'),
    egressGib,
  }),
} as const

export type RawItem = z.output<(typeof ITEM_SCHEMAS)[keyof typeof ITEM_SCHEMAS]>

export const ITEM_PLATFORMS = Object.keys(ITEM_SCHEMAS) as (keyof typeof ITEM_SCHEMAS)[]

export const USAGE_FILE_SCHEMA = z.strictObject({
  freeTier: z.boolean({ error: 'true or false' }).default(false).meta({
    description: 'Whether the billing account uses nothing else, so that its free tier pays for this.',
  }),
  region: shared.region,
  usage: z
    .array(z.record(z.string(), z.unknown(), { error: 'an item is a mapping with a platform' }))
    .min(1, { error: 'at least one item is needed' })
    .max(100_000, { error: 'at most 100000 items' })
    .meta({ description: 'What ran in a month.' }),
})
