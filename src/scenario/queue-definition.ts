import { z } from 'zod'
import { choice, count, positiveNumber } from './fields.ts'

/** The file of a bare queue, defined once: checks and defaults come from here. Times are in ms, rates per second. */

/** Beyond these nothing is served that a queue is asked about, and sums would lose their digits. */
const MOST = { serviceMs: 600_000, cv: 100, factor: 1000, waitMs: 86_400_000, rps: 1e9 } as const
const LEAST_MS = 1e-3

const mean = positiveNumber('Mean service time, ms.', 'time in ms', { least: LEAST_MS, most: MOST.serviceMs })
const cv = positiveNumber('Standard deviation over the mean.', 'number', { most: MOST.cv })
const curve = (description: string) =>
  z
    .array(positiveNumber('A factor.', 'number', { most: MOST.factor }))
    .min(1, { error: 'at least one factor is needed' })
    .meta({ description })

/** Service time distributions by name. */
export const DISTRIBUTIONS = {
  exponential: z.strictObject({ distribution: z.literal('exponential'), mean }),
  deterministic: z.strictObject({ distribution: z.literal('deterministic'), mean }),
  lognormal: z.strictObject({ distribution: z.literal('lognormal'), mean, cv }),
  gamma: z.strictObject({ distribution: z.literal('gamma'), mean, cv }),
  erlang: z.strictObject({
    distribution: z.literal('erlang'),
    mean,
    phases: count('Exponential phases in a row.', { most: 1000 }),
  }),
  hyperexponential: z.strictObject({ distribution: z.literal('hyperexponential'), mean, cv }),
  uniform: z.strictObject({
    distribution: z.literal('uniform'),
    low: positiveNumber('Shortest service time, ms.', 'time in ms', { zero: true, most: MOST.serviceMs }),
    high: positiveNumber('Longest service time, ms.', 'time in ms', { most: MOST.serviceMs }),
  }),
  empirical: z.strictObject({
    distribution: z.literal('empirical'),
    samples: z
      .array(positiveNumber('A measured service time, ms.', 'time in ms', { most: MOST.serviceMs }))
      .min(1, { error: 'at least one sample is needed' })
      .meta({ description: 'Measured service times, ms.', examples: [[9.8, 10.1, 12.4]] }),
  }),
} as const

export type RawDistribution = z.output<(typeof DISTRIBUTIONS)[keyof typeof DISTRIBUTIONS]>

export const QUEUE_SCHEMA = z.strictObject({
  arrivals: z.strictObject({
    process: choice(['poisson', 'constant'], 'How requests are spaced.').default('poisson'),
    rps: positiveNumber('Requests per second.', 'rate in requests per second', {
      least: 1e-6,
      most: MOST.rps,
    }),
  }),
  serviceMs: z
    .record(z.string(), z.unknown())
    .meta({ description: 'Service time.', examples: [{ distribution: 'exponential', mean: 10 }] }),
  replicas: count('Replicas.', { most: 100_000 }).default(1),
  slotsPerReplica: count('Requests that a replica serves at a time.', { most: 10_000 }).default(1),
  routing: choice(
    ['shared', 'random', 'round-robin', 'least-outstanding'],
    'shared: one queue in front of all replicas; else a queue in each, and how a request gets there.',
  ).default('shared'),
  queueCapacity: count('Requests that may wait at a time; a further one is rejected.', {
    least: 0,
  }).optional(),
  timeoutMs: positiveNumber('Response time beyond which a request has failed, ms.', 'time in ms', {
    most: MOST.waitMs,
  }).optional(),
  concurrencyCurve: curve(
    'Service time with 1, 2, 3 … busy slots in a replica, over that with one; the last goes on.',
  ).optional(),
  batching: z
    .strictObject({
      max: count('Requests of a batch at most.', { most: 10_000 }),
      delayMs: positiveNumber('How long the first of a batch waits for others, ms.', 'time in ms', {
        zero: true,
        most: MOST.waitMs,
      }).default(0),
      curve: curve('Time of a batch of 1, 2, 3 … over that of one request; the last goes on.'),
    })
    .optional(),
  requests: count('Requests to simulate.', { most: 100_000_000 }).default(1_000_000),
  warmupRequests: count('The first ones, that figures leave out; a twentieth of all.', {
    least: 0,
    most: 100_000_000,
  }).optional(),
  seed: count('Seed of everything random.', { least: 0, most: 2 ** 31 - 1 }).default(1),
})

export type RawQueue = z.output<typeof QUEUE_SCHEMA>
