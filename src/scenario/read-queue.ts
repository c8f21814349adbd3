import type { Distribution } from '../core/distribution.ts'
import { type Problem, UserError } from '../core/errors.ts'
import type { QueueOrder } from '../core/queue-order.ts'
import { didYouMean, explainIssues } from './explain-issue.ts'
import { show } from './fields.ts'
import { DISTRIBUTIONS, QUEUE_SCHEMA, type RawDistribution, type RawQueue } from './queue-definition.ts'
import { byPlace, readText } from './read-text.ts'
import { salvage } from './salvage.ts'
import { type Path, YamlSource } from './source.ts'

type Report = (path: Path, message: string, hint?: string) => void

/** A queue, and its source for those who find more problems with it later. */
export interface ReadQueue {
  readonly order: QueueOrder
  readonly source: YamlSource
}

/**
 * Reads and checks the file of a bare queue.
 * @throws UserError with every problem of the file at once
 */
export function readQueue(file: string): ReadQueue {
  const source = new YamlSource(file, readText(file, 'queue').text)
  if (source.value === null) throw new UserError({ file, message: 'the file is empty', hint: EXAMPLE })
  const problems: Problem[] = []
  const report: Report = (path, message, hint) => problems.push(source.problem(path, message, hint))
  const result = QUEUE_SCHEMA.safeParse(source.value, { reportInput: true })
  problems.push(...explainIssues(result.error?.issues ?? [], QUEUE_SCHEMA, source, (path) => path))
  const serviceMs = readDistribution((source.value as { serviceMs?: unknown }).serviceMs, source, problems)
  const raw = salvage(QUEUE_SCHEMA, source.value)
  if (raw) checkFields(raw, report)
  if (problems.length > 0 || !result.success || !serviceMs) throw new UserError(problems.sort(byPlace))
  return { order: complete(result.data, serviceMs), source }
}

const EXAMPLE =
  'a queue is like: arrivals: { rps: 80 }, serviceMs: { distribution: exponential, mean: 10 }, replicas: 1'

/** Whether the file, where it can be read, looks like a scenario rather than a queue. */
export function holdsScenario(file: string): boolean {
  const { value } = new YamlSource(file, readText(file, 'file').text)
  return typeof value === 'object' && value !== null && ('candidates' in value || 'model' in value)
}

function readDistribution(
  value: unknown,
  source: YamlSource,
  problems: Problem[],
): RawDistribution | undefined {
  // That it is missing or no mapping is reported already.
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { distribution } = value as { distribution?: unknown }
  const known = Object.keys(DISTRIBUTIONS) as (keyof typeof DISTRIBUTIONS)[]
  const name = known.find((each) => each === distribution)
  if (name === undefined) {
    const close = typeof distribution === 'string' ? didYouMean(distribution, known) : undefined
    const message = distribution === undefined ? 'is missing' : `${show(distribution)} is no distribution`
    const path = ['serviceMs', 'distribution']
    problems.push(source.problem(path, message, close ?? `one of ${known.join(', ')}`))
    return undefined
  }
  const schema = DISTRIBUTIONS[name]
  const result = schema.safeParse(value, { reportInput: true })
  const locate = (path: Path): Path => ['serviceMs', ...path]
  problems.push(...explainIssues(result.error?.issues ?? [], schema, source, locate))
  if (!result.success) return undefined
  const report: Report = (path, message, hint) =>
    problems.push(source.problem(['serviceMs', ...path], message, hint))
  return checkDistribution(result.data, report)
}

function checkDistribution(distribution: RawDistribution, report: Report): RawDistribution {
  if (distribution.distribution === 'hyperexponential' && distribution.cv < 1) {
    report(['cv'], 'a hyperexponential time has a cv of 1 or more', 'gamma and lognormal take less')
  }
  if (distribution.distribution === 'uniform' && distribution.low >= distribution.high) {
    report(['low'], `low ${distribution.low} is not below high ${distribution.high}`)
  }
  return distribution
}

function checkFields({ batching, warmupRequests, requests, timeoutMs }: RawQueue, report: Report): void {
  if (batching && timeoutMs !== undefined && batching.delayMs >= timeoutMs) {
    report(['batching', 'delayMs'], 'a batch waits for longer than its requests do', 'shorten it')
  }
  if (warmupRequests !== undefined && warmupRequests > requests / 2) {
    report(['warmupRequests'], 'the warm-up is more than half of the requests', 'raise requests')
  }
}

function complete(raw: RawQueue, serviceMs: RawDistribution): QueueOrder {
  const { queueCapacity, timeoutMs, warmupRequests, concurrencyCurve, batching, ...rest } = raw
  const { distribution: kind, ...figures } = serviceMs
  return {
    ...rest,
    // Each arm of the schema has the fields of the same arm of the type.
    serviceMs: { kind, ...figures } as Distribution,
    queueCapacity: queueCapacity ?? Number.POSITIVE_INFINITY,
    timeoutMs: timeoutMs ?? Number.POSITIVE_INFINITY,
    warmupRequests: warmupRequests ?? Math.floor(raw.requests / 20),
    ...(concurrencyCurve ? { concurrencyCurve } : {}),
    ...(batching ? { batching } : {}),
  }
}
