/** Whether the client can send what the server can take. */
export interface Headroom {
  /** Highest rate that the client is trusted to send on time, requests per second; Infinity when unknown. */
  readonly clientRps: number
  readonly enough: boolean
  /** Why not, in a sentence with its figures. */
  readonly warning?: string
}

/** Share of its own ceiling up to which a client sends on time. Ours; send lag, once measured, has the last word. */
const trustedShare = 0.8

/**
 * Holds the server's ceiling against the client's own. A closed loop that gets near the client's ceiling may have
 * found the client's limit, not the server's.
 *
 * @param ceilingRps goodput of a closed loop against the server
 * @param ownRps goodput of the same client against a server that costs nothing; unknown when absent
 */
export function checkHeadroom(ceilingRps: number, ownRps = Number.POSITIVE_INFINITY): Headroom {
  const clientRps = ownRps * trustedShare
  if (ceilingRps <= clientRps) return { clientRps, enough: true }
  const server = `the server took ${ceilingRps.toFixed(0)} requests/s in a closed loop`
  const client = `this client sends ${ownRps.toFixed(0)} at most, and ${clientRps.toFixed(0)} reliably`
  return { clientRps, enough: false, warning: `${server}, but ${client}: the client may be the bottleneck` }
}
