import { startLocalServer } from '../../../src/serving/local-server.ts'
import type { Backend } from './live-endpoint.ts'

/** A container: the model served for real, from a process of its own. */
export async function serveForReal(modelPath: string): Promise<Backend> {
  const signal = new AbortController().signal
  const server = await startLocalServer({ modelPath, threads: 1, signal })
  return { origin: `http://127.0.0.1:${server.port}`, stop: () => server.stop() }
}
