import { request } from 'node:http'
import { startLocalServer } from '../../../src/serving/local-server.ts'
import type { Backend } from './live-endpoint.ts'

/** Starts a server with the model in a process of its own, as each instance of a deployment is one. */
export function inferenceServers(modelPath: string): () => Promise<Backend> {
  return async () => {
    const server = await startLocalServer({ modelPath, threads: 1, signal: new AbortController().signal })
    return { origin: `http://127.0.0.1:${server.port}`, stop: server.stop }
  }
}

/** One server behind all deployments, for tests of many runs; it is stopped by whoever made it. */
export function sharedInference(modelPath: string): {
  serve: () => Promise<Backend>
  stop: () => Promise<void>
} {
  const start = inferenceServers(modelPath)
  let shared: Promise<Backend> | undefined
  return {
    serve: async () => {
      shared ??= start()
      return { origin: (await shared).origin, stop: async () => undefined }
    },
    stop: async () => (await shared)?.stop(),
  }
}

/** One POST of JSON, with the bearer token if there is one. */
export function post(url: string, body: string, token?: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (reply) => {
      let text = ''
      reply.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }))
    })
    sent.on('error', reject).end(body)
  })
}
