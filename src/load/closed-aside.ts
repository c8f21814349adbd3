import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Sample } from '../core/measurement.ts'
import type { ClosedLoad } from './closed-loop.ts'

/** What of a load can cross to another thread. */
export type ClosedPlan = Omit<ClosedLoad, 'signal' | 'ending' | 'onProgress' | 'onSample'>

export type FromClosedWorker =
  | { readonly kind: 'progress'; readonly finished: number; readonly samples: readonly Sample[] }
  | { readonly kind: 'end'; readonly samples: readonly Sample[] }

/** The closed loop in a thread of its own: what the caller does meanwhile, such as drawing, delays no request. */
export function loadClosedAside(load: ClosedLoad): Promise<Sample[]> {
  const { signal, ending, onProgress, onSample, ...plan } = load
  signal.throwIfAborted()
  const entry = new URL(`./closed-worker${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(entry, { workerData: plan })
  return new Promise<Sample[]>((resolve, reject) => {
    const abort = () => worker.postMessage('abort')
    const end = () => worker.postMessage('end')
    signal.addEventListener('abort', abort, { once: true })
    ending?.addEventListener('abort', end, { once: true })
    if (ending?.aborted) end()
    const settle = (act: () => void) => {
      signal.removeEventListener('abort', abort)
      ending?.removeEventListener('abort', end)
      act()
    }
    worker
      .on('message', (message: FromClosedWorker) => {
        if (message.kind === 'end') return settle(() => resolve([...message.samples]))
        onProgress?.(message.finished)
        if (onSample) for (const sample of message.samples) onSample(sample)
      })
      .on('error', (error) => settle(() => reject(signal.aborted ? signal.reason : error)))
      .on('exit', () => settle(() => reject(signal.reason ?? new Error('the load thread ended early'))))
  })
}
