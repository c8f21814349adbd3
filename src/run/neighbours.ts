import type { Candidate } from '../core/candidate.ts'
import { candidateName } from '../core/candidate-name.ts'
import { platformOf } from '../platforms/index.ts'

const MOST_CONCURRENCY = 1000
const MOST_REPLICAS = 100

/**
 * Candidates that differ from this one in one setting by one step, as far as its platform takes them.
 * @param timedBatch largest batch that was timed with its threads
 */
export function neighboursOf(candidate: Candidate, timedBatch = 1): Candidate[] {
  return [...concurrencies(candidate), ...batches(candidate, timedBatch), ...bounds(candidate)]
    .filter((each) => platformOf(each).limits(each).length === 0)
    .map(({ name: _, ...unnamed }) => ({ ...unnamed, name: candidateName(unnamed) }) as Candidate)
}

/** Half and twice as many requests in a replica at a time. */
function concurrencies(candidate: Candidate): Candidate[] {
  const { platform } = candidate
  const isService = platform === 'cloud-run' || (platform === 'functions' && candidate.generation === 2)
  if (!isService) return []
  const { concurrency } = candidate
  return [Math.floor(concurrency / 2), concurrency * 2]
    .filter((each) => each >= 1 && each <= MOST_CONCURRENCY)
    .map((each) => ({ ...candidate, concurrency: each }))
}

/** Half and twice as many requests in a batch. */
function batches(candidate: Candidate, timed: number): Candidate[] {
  if (candidate.platform === 'functions' || candidate.accelerator) return []
  const { maxBatch: most = 1, ...single } = candidate
  return [Math.floor(most / 2), most * 2]
    .filter((each) => each >= 1 && each <= timed)
    .map((each) => (each === 1 ? single : { ...candidate, maxBatch: each }))
}

/** A fixed fleet with one VM less or more; else one replica less or more at least, and twice as many at most. */
function bounds(candidate: Candidate): Candidate[] {
  const { minReplicas: least, maxReplicas: most } = candidate
  if (candidate.platform === 'gce' && candidate.kind === 'vm') {
    return [least - 1, least + 1]
      .filter((each) => each >= 1 && each <= MOST_REPLICAS)
      .map((each) => ({ ...candidate, minReplicas: each, maxReplicas: each }))
  }
  const mins = [least - 1, least + 1].filter((each) => each >= 0 && each <= most)
  return [
    ...mins.map((minReplicas) => ({ ...candidate, minReplicas })),
    ...(most * 2 <= MOST_REPLICAS ? [{ ...candidate, maxReplicas: most * 2 }] : []),
  ]
}
