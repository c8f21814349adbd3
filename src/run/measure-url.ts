import type { Candidate } from '../core/candidate.ts'
import { UserError } from '../core/errors.ts'
import type { ModelFacts, Trial } from '../core/measurement.ts'
import type { Scenario } from '../core/scenario.ts'
import { type LoadBatch, loadOpen } from '../load/open-loop.ts'
import { proveEndpoint } from '../load/prove-endpoint.ts'
import { predictUrl } from '../serving/other-servers.ts'
import { buildRequest } from '../serving/payload.ts'
import { smallestCount } from '../stats/percentile-interval.ts'
import { monthProfile } from '../traffic/month-profile.ts'
import type { Listener } from './events.ts'

/** Requests in flight beyond which further ones are dropped: far more than any deployment that keeps up. */
const MOST_IN_FLIGHT = 1000
/** Longest that a deployment is loaded, s. */
const LONGEST_S = 600
/** Send lag that matters to no verdict, as a share of the tightest limit. */
const LAG_SHARE = 0.02
/** Of the upper end of a two-sided 95% interval. */
const ERROR_CONFIDENCE = 0.975

interface UrlTrial {
  readonly candidate: Candidate & { readonly url: string }
  readonly scenario: Scenario
  readonly model: Pick<ModelFacts, 'inputs'>
  readonly signal: AbortSignal
  /** Ends the load with what it has measured. */
  readonly ending?: AbortSignal
  readonly notify: Listener
}

/** Proves the deployment with one request, then loads it at the busiest rate that the scenario expects. */
export async function measureUrl(trial: UrlTrial): Promise<Trial> {
  const { candidate, scenario, model, signal } = trial
  const { warmupRequests, arrivals, seed, timeoutMs } = scenario.load
  const { server } = candidate
  const request = buildRequest(scenario.model, model.inputs, seed, server)
  const { body } = request
  const headers = { ...request.headers, ...authorizationOf(candidate) }
  const url = predictUrl(candidate.url, server)
  const expect = server?.kind === 'triton' ? 'outputs' : { predictions: predictionsOf(trial) }
  const proof = await proveEndpoint({ url, body, headers, expect, timeoutMs, signal })
  if ('fault' in proof) {
    return {
      candidate: candidate.name,
      status: 'failed',
      error: `not loaded, because its first request failed: ${proof.fault}`,
    }
  }
  const plan = planLoad(scenario)
  trial.notify({ kind: 'load-started', load: { arrivals, offeredRps: plan.rps, warmupRequests } })
  const measurement = await loadOpen({
    url,
    payloads: [{ body }],
    headers,
    arrival: { kind: arrivals, rps: plan.rps },
    count: warmupRequests + plan.requests,
    warmupRequests,
    connections: MOST_IN_FLIGHT,
    timeoutMs,
    acceptableLagMs: LAG_SHARE * Math.min(...Object.values(scenario.slo.latencyMs)),
    seed,
    signal,
    ...(trial.ending && { ending: trial.ending }),
    aside: true,
    onBatch: (batch) => {
      trial.notify({ kind: 'requests', atMs: batch.atMs, responseMs: responsesOf(batch) })
      return undefined
    },
    onProgress: (finished) =>
      trial.notify({ kind: 'progress', finished, total: warmupRequests + plan.requests }),
  })
  return {
    candidate: candidate.name,
    status: 'measured',
    measurement,
    payload: { requestBytes: body.length, replyBytes: proof.replyBytes },
  }
}

function responsesOf({ size, dueMs, doneMs, outcome }: LoadBatch): number[] {
  return Array.from({ length: size }, (_, at) =>
    outcome[at] === 'ok' ? (doneMs[at] ?? 0) - (dueMs[at] ?? 0) : Number.POSITIVE_INFINITY,
  )
}

/**
 * How much to load: at the busiest rate, as many requests as the scenario says or as it takes for none that failed to
 * show that the SLO's errors are met. Where that would last longer than ten minutes, the SLO stays undecided, or at a
 * rate too low to measure anything the load is faster than the traffic.
 */
export function planLoad({ load, slo, traffic }: Pick<Scenario, 'load' | 'slo' | 'traffic'>): {
  readonly rps: number
  readonly requests: number
} {
  const rps = monthProfile(traffic, load.seed).peakRps
  const least = load.requests + load.warmupRequests
  const needed = slo.errorRatio > 0 ? smallestCount(1 - slo.errorRatio, ERROR_CONFIDENCE) : load.requests
  const affordable = Math.floor(rps * LONGEST_S) - load.warmupRequests
  return {
    rps: Math.max(rps, least / LONGEST_S),
    requests: Math.max(load.requests, Math.min(needed, affordable)),
  }
}

/** @throws UserError naming every candidate whose token's environment variable is not set */
export function checkTokens(candidates: readonly Candidate[]): void {
  const missing = new Set(
    candidates.flatMap(({ tokenEnv }) => (tokenEnv && !process.env[tokenEnv] ? [tokenEnv] : [])),
  )
  if (missing.size === 0) return
  throw new UserError(
    [...missing].map((name) => ({
      message: `environment variable ${name} is not set`,
      hint: `it holds the bearer token: export ${name}="$(gcloud auth print-identity-token)"`,
    })),
  )
}

/** The token goes into the request and nowhere else. */
function authorizationOf({ tokenEnv }: Candidate): Record<string, string> {
  const token = tokenEnv === undefined ? undefined : process.env[tokenEnv]
  return token ? { authorization: `Bearer ${token}` } : {}
}

/** TensorFlow Serving predicts for each row; ours for the one instance, whatever its batch dimension. */
function predictionsOf({ candidate, scenario }: UrlTrial): number {
  const [first] = Object.values(scenario.model.inputs)
  return candidate.server === undefined ? 1 : (first?.shape[0] ?? 1)
}
