import { connect } from 'node:net'
import { performance } from 'node:perf_hooks'

const CONNECTIONS = 5
const LONGEST_MS = 3000

/** Least time that a TCP connection to the host of a URL took, ms: one round trip. Null where none came about. */
export async function roundTripMs(url: string): Promise<number | null> {
  const times: number[] = []
  for (let count = 0; count < CONNECTIONS; count++) {
    const ms = await connectMs(new URL(url))
    if (ms !== undefined) times.push(ms)
  }
  return times.length === 0 ? null : Math.round(Math.min(...times) * 1000) / 1000
}

function connectMs({ hostname, port, protocol }: URL): Promise<number | undefined> {
  const startedMs = performance.now()
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    const socket = connect({ host, port: Number(port || (protocol === 'http:' ? 80 : 443)) })
    const end = (ms: number | undefined) => {
      socket.destroy()
      resolve(ms)
    }
    socket
      .setTimeout(LONGEST_MS, () => end(undefined))
      .on('connect', () => end(performance.now() - startedMs))
      .on('error', () => end(undefined))
  })
}
