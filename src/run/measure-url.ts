import { defaultCredentials } from '../cloud/credentials.ts'
import { type AuthHeaders, type LiveHeaders, openHeaders } from '../cloud/url-headers.ts'
import { type AttachedEndpoint, tooLarge } from '../cloud/vertex/attached.ts'
import type { Candidate } from '../core/candidate.ts'
import { UserError } from '../core/errors.ts'
import type { ModelFacts, Trial } from '../core/measurement.ts'
import type { Listener } from '../core/run-event.ts'
import type { Scenario } from '../core/scenario.ts'
import type { UrlAuth } from '../core/url-auth.ts'
import { parseVertexEndpoint } from '../core/vertex-endpoint.ts'
import { type LoadBatch, loadOpen } from '../load/open-loop.ts'
import { type Proof, proveEndpoint } from '../load/prove-endpoint.ts'
import { predictUrl } from '../serving/other-servers.ts'
import { buildRequest } from '../serving/payload.ts'
import { smallestCount } from '../stats/percentile-interval.ts'
import { monthProfile } from '../traffic/month-profile.ts'

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
  readonly notify: Listener
  /** What lets requests in; absent, as the candidate says. */
  readonly live?: LiveHeaders
  /** Ends the load with what it has measured. */
  readonly ending?: AbortSignal
}

/** Refusals one after the other that are no accident: the token is not taken any more. */
const MOST_REFUSED = 20

/** Proves the deployment with one request, then loads it at the busiest rate that the scenario expects. */
export async function measureUrl(trial: UrlTrial): Promise<Trial> {
  const { candidate } = trial
  let live: LiveHeaders
  let attached: AttachedEndpoint | undefined
  try {
    attached = await attach(trial)
    live = trial.live ?? (await openHeaders(attached?.auth ?? authOf(candidate), defaultCredentials))
  } catch (error) {
    if (error instanceof UserError) return failed(candidate, `not loaded: ${explainUser(error)}`)
    throw error
  }
  try {
    return await measureLive(trial, live, attached)
  } finally {
    if (!trial.live) live.close()
  }
}

/** A Vertex AI endpoint given by its resource name has to be looked up; a URL is asked as it is. */
async function attach({ candidate, scenario }: UrlTrial): Promise<AttachedEndpoint | undefined> {
  const endpoint = candidate.platform === 'vertex' ? parseVertexEndpoint(candidate.url) : undefined
  if (endpoint === undefined) return undefined
  const { attachVertex } = await import('../cloud/vertex/attach.ts')
  return attachVertex(endpoint, scenario.deploy, defaultCredentials())
}

async function measureLive(
  trial: UrlTrial,
  live: LiveHeaders,
  attached: AttachedEndpoint | undefined,
): Promise<Trial> {
  const { candidate, scenario, model, signal } = trial
  const { warmupRequests, arrivals, seed, timeoutMs } = scenario.load
  const { server } = candidate
  const request = buildRequest(scenario.model, model.inputs, seed, server)
  const { body } = request
  const headers = mergedHeaders(request.headers, live)
  const url = predictUrl(attached?.url ?? candidate.url, server)
  const excess = attached && tooLarge(body.length, attached)
  if (excess !== undefined) return failed(candidate, `not loaded: ${excess}`)
  const expect = expectedReply(candidate, scenario)
  const proof = await proveEndpoint({ url, body, headers: headers(), expect, timeoutMs, signal })
  if ('fault' in proof)
    return failed(candidate, `not loaded, because its first request failed: ${proof.fault}`)
  const plan = planLoad(scenario)
  trial.notify({
    kind: 'load-started',
    candidate: candidate.name,
    load: { arrivals, offeredRps: plan.rps, warmupRequests },
  })
  const refusals = watchRefusals(live, trial.ending)
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
    ending: refusals.ending,
    aside: true,
    onBatch: (batch) => {
      trial.notify({ kind: 'requests', atMs: batch.atMs, responseMs: responsesOf(batch) })
      refusals.look(batch)
      return undefined
    },
    onProgress: (finished) =>
      trial.notify({ kind: 'progress', finished, total: warmupRequests + plan.requests }),
  })
  const refused = refusals.fault()
  if (refused !== undefined) return failed(candidate, refused)
  return {
    candidate: candidate.name,
    status: 'measured',
    measurement,
    payload: { requestBytes: body.length, replyBytes: proof.replyBytes },
  }
}

function failed({ name }: Candidate, error: string): Trial {
  return { candidate: name, status: 'failed', error }
}

function explainUser({ problems }: UserError): string {
  return problems.map(({ message, hint }) => (hint ? `${message} (${hint})` : message)).join('; ')
}

/** One object for as long as the token is the same, so that the senders build their requests once. */
function mergedHeaders(own: AuthHeaders, live: LiveHeaders): () => AuthHeaders {
  let from = live.now()
  let merged = { ...own, ...from }
  return () => {
    const now = live.now()
    if (now !== from) {
      from = now
      merged = { ...own, ...now }
    }
    return merged
  }
}

/** Ends a load whose token is refused: every further request would only be counted as an error of the deployment. */
function watchRefusals(live: LiveHeaders, ending: AbortSignal | undefined) {
  const controller = new AbortController()
  let refused = 0
  let status = ''
  return {
    ending: ending ? AbortSignal.any([ending, controller.signal]) : controller.signal,
    look: ({ size, outcome, details }: LoadBatch) => {
      for (let at = 0; at < size; at++) {
        const said = outcome[at] === 'status' ? details.get(at) : undefined
        const isRefusal = said === '401' || said === '403'
        refused = isRefusal ? refused + 1 : 0
        if (isRefusal) status = said
        if (refused >= MOST_REFUSED || (isRefusal && live.fault)) controller.abort()
      }
    },
    fault: (): string | undefined => {
      if (!controller.signal.aborted) return undefined
      const why = live.fault ? explainUser(live.fault) : 'it was revoked, or lost its permission'
      return `the token was refused in mid-load (${status}): ${why}`
    },
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

function authOf({ tokenEnv, auth }: Candidate): UrlAuth {
  return auth ?? (tokenEnv === undefined ? { kind: 'none' } : { kind: 'bearer', env: tokenEnv })
}

/** TensorFlow Serving predicts for each row; ours for the one instance, whatever its batch dimension; Triton has outputs. */
export function expectedReply({ server }: Candidate, { model }: Scenario): Proof['expect'] {
  if (server === undefined) return { predictions: 1 }
  const [first] = Object.values(model.inputs)
  return server.kind === 'triton' ? 'outputs' : { predictions: first?.shape[0] ?? 1 }
}
