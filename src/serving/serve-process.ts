/** Entry of the child process that serves one model to its parent. It is told what to serve in its first argument. */

import { ListenFailure, serveModel } from './serve-model.ts'
import { defaultServing } from './serve-options.ts'
import type { ServeMessage, ServeOrder } from './serve-protocol.ts'

// The parent decides when to stop. Ctrl-C reaches the whole process group, and a stop half-way would spoil a report.
process.on('SIGINT', () => {})
// Not by `exit`, which would wait for the thread that runs the model, and abort when it comes back.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.on('message', () => tell({ kind: 'memory', peakRssMib: process.resourceUsage().maxRSS / 1024 }))

await serve(JSON.parse(process.argv[2] ?? '{}'))

async function serve(order: ServeOrder): Promise<void> {
  try {
    const { port, model } = await serveModel({ ...defaultServing(order.modelPath), ...order })
    const { loadMs: modelLoadMs, inputs, outputs, onnxruntime } = model
    tell({ kind: 'ready', port, modelLoadMs, inputs, outputs, onnxruntime })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    tell({ kind: 'failed', stage: error instanceof ListenFailure ? 'listen' : 'load', reason })
  }
}

function tell(message: ServeMessage): void {
  process.send?.(message)
}
