import { parentPort, workerData } from 'node:worker_threads'
import type { Sample } from '../core/measurement.ts'
import type { ClosedPlan, FromClosedWorker } from './closed-aside.ts'
import { loadClosed } from './closed-loop.ts'

/** How often the main thread is told, ms. */
const TELL_EVERY_MS = 100

const plan = workerData as ClosedPlan
const aborting = new AbortController()
const ending = new AbortController()
parentPort?.on('message', (message: 'abort' | 'end') => (message === 'abort' ? aborting : ending).abort())

let fresh: Sample[] = []
let finished = 0
const tell = (message: FromClosedWorker) => parentPort?.postMessage(message)
const flush = () => {
  if (fresh.length > 0) tell({ kind: 'progress', finished, samples: fresh })
  fresh = []
}
const timer = setInterval(flush, TELL_EVERY_MS)
try {
  const samples = await loadClosed({
    ...plan,
    ...(plan.body && { body: Buffer.from(plan.body) }),
    signal: aborting.signal,
    ending: ending.signal,
    onProgress: (count) => {
      finished = count
    },
    onSample: (sample) => fresh.push(sample),
  })
  flush()
  tell({ kind: 'end', samples })
} finally {
  clearInterval(timer)
  parentPort?.close()
}
