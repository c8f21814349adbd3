import type { Candidate } from '../core/candidate.ts'
import { UserError } from '../core/errors.ts'
import type { Trial } from '../core/measurement.ts'
import type { Scenario } from '../core/scenario.ts'
import { loadOpen } from '../load/open-loop.ts'
import { proveEndpoint } from '../load/prove-endpoint.ts'
import type { Listener } from './events.ts'

/** Requests in flight beyond which further ones are dropped: far more than any deployment that keeps up. */
const MOST_IN_FLIGHT = 1000

interface UrlTrial {
  readonly candidate: Candidate & { readonly url: string }
  readonly scenario: Scenario
  readonly body: Buffer
  readonly signal: AbortSignal
  readonly notify: Listener
}

/** Proves the deployment with one request, then loads it at the busiest rate that the scenario expects. */
export async function measureUrl(trial: UrlTrial): Promise<Trial> {
  const { candidate, scenario, body, signal } = trial
  const { requests, warmupRequests, arrivals, seed, timeoutMs } = scenario.load
  const headers = headersOf(candidate)
  const fault = await proveEndpoint({ url: candidate.url, body, headers, instances: 1, timeoutMs, signal })
  if (fault !== undefined) {
    return {
      candidate: candidate.name,
      status: 'failed',
      error: `not loaded, because its first request failed: ${fault}`,
    }
  }
  const rps = scenario.traffic.burst?.rps ?? scenario.traffic.rps
  const total = warmupRequests + requests
  const measurement = await loadOpen({
    url: candidate.url,
    payloads: [{ body }],
    headers,
    arrival: { kind: arrivals, rps },
    count: total,
    warmupRequests,
    connections: MOST_IN_FLIGHT,
    timeoutMs,
    seed,
    signal,
    onProgress: (finished) => trial.notify({ kind: 'progress', finished, total }),
  })
  return { candidate: candidate.name, status: 'measured', measurement }
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
function headersOf({ tokenEnv }: Candidate): Record<string, string> {
  const token = tokenEnv === undefined ? undefined : process.env[tokenEnv]
  return { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }
}
