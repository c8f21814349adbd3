import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { type Drive, Driver, senderFor } from './drive-load.ts'
import type { Headers } from './request-bytes.ts'
import { monotonicMs, type ToMain, type ToWorker } from './worker-protocol.ts'

const { plan, headers: first } = workerData as { plan: Drive; headers: Headers }
let headers = first
let driver: Driver | undefined
let stopped = false
const SenderOfChoice = await senderFor(plan)

// Buffers cross between threads as plain bytes.
const payloads = plan.payloads.map((payload) => ({ ...payload, body: Buffer.from(payload.body) }))

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'headers') headers = message.headers
  else if (message.kind === 'start') start(message.startAtMs)
  else {
    stopped = true
    driver?.stop()
  }
})
tell({ kind: 'ready' })

function start(startAtMs: number): void {
  const startedMs = performance.now() + startAtMs - monotonicMs()
  driver = new Driver({ ...plan, payloads }, SenderOfChoice, startedMs, {
    headers: () => headers,
    onTick: (tick) => tell({ kind: 'tick', tick }),
    onEnd: (record) => tell({ kind: 'end', record }),
    onError: (error) => {
      throw error
    },
  })
  if (stopped) driver.stop()
}

function tell(message: ToMain): void {
  parentPort?.postMessage(message)
}
