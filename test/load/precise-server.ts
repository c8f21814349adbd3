import { createServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'

/** A server in a thread of its own, so that neither it nor the client holds the other up. */
export interface Behaviour {
  /** Time between reading a request and writing its reply, ms: held to some microseconds. */
  readonly holdMs: number
  /** Answers nothing for so long once, ms, after so many requests. */
  readonly freeze?: { readonly afterRequests: number; readonly forMs: number }
}

const reply = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
const behaviour = workerData as Behaviour
const held: { readonly atMs: number; readonly send: () => void }[] = []
let received = 0
let frozenUntilMs = 0
let serving = false

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {})
  socket.on('data', () => {
    const nowMs = performance.now()
    if (++received === behaviour.freeze?.afterRequests) frozenUntilMs = nowMs + behaviour.freeze.forMs
    const atMs = Math.max(nowMs + behaviour.holdMs, frozenUntilMs)
    if (atMs <= nowMs) return void socket.write(reply)
    held.push({ atMs, send: () => void socket.write(reply) })
    if (!serving) serve()
  })
})
server.listen(0, '127.0.0.1', () => parentPort?.postMessage(server.address()))

/** Sleeps until shortly before the next reply is due, then turns the event loop over. */
function serve(): void {
  while ((held[0]?.atMs ?? Number.POSITIVE_INFINITY) <= performance.now()) held.shift()?.send()
  const next = held[0]
  serving = next !== undefined
  if (!next) return
  const waitMs = next.atMs - performance.now()
  if (waitMs > 2) setTimeout(serve, waitMs - 2)
  else setImmediate(serve)
}
