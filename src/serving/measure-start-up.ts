import { request } from 'node:http'
import { performance } from 'node:perf_hooks'
import { WorldError } from '../core/errors.ts'
import type { StartUp } from '../core/measurement.ts'
import { type LocalServerOptions, startLocalServer } from './local-server.ts'

export interface StartUpMeasurement {
  readonly startUp: StartUp
  /** Size of the first reply's body. */
  readonly replyBytes: number
}

/** Starts a server, sends it one request and stops it. */
export async function measureStartUp(
  options: LocalServerOptions & { readonly body: Buffer },
): Promise<StartUpMeasurement> {
  const server = await startLocalServer(options)
  try {
    const readyMs = performance.now()
    const replyBytes = await postOnce(server.url, options.body, options.signal)
    const repliedMs = performance.now()
    const firstReplyMs = repliedMs - readyMs
    return {
      startUp: { ...server.startUp, firstReplyMs, totalMs: repliedMs - server.spawnedAtMs },
      replyBytes,
    }
  } finally {
    await server.stop()
  }
}

/**
 * Posts one body; returns the size of the reply's. node:http, because the first use of `fetch` would add tens of ms of its own.
 */
export function postOnce(url: string, body: Buffer, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const fail = (cause: unknown) =>
      reject(signal.aborted ? signal.reason : new WorldError('the first request got no reply', { cause }))
    const sent = request(url, { method: 'POST', headers, agent: false, signal }, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.on('error', fail)
      reply.on('end', () => {
        const text = Buffer.concat(chunks)
        if (reply.statusCode === 200) resolve(text.length)
        else reject(refused(text.toString('utf8')))
      })
    })
    sent.on('error', fail)
    sent.end(body)
  })
}

function refused(reply: string): WorldError {
  return new WorldError(`the first request was refused: ${reply.slice(0, 400)}`, {
    hint: 'generated values may not suit an input: say them with constant, or low and high, in the scenario, or with --values of profile',
  })
}
