/** Entry of the child process that serves one model. It is told what to serve in its first argument. */
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { loadOnnxModel, onnxruntimeVersion, shortenReason } from './onnx-model.ts'
import { createPredictionServer } from './prediction-server.ts'
import type { ServeMessage, ServeOrder } from './serve-protocol.ts'

// The parent decides when to stop. Ctrl-C reaches the whole process group, and a stop half-way would spoil a report.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(0))
process.on('message', () => tell({ kind: 'memory', peakRssMib: process.resourceUsage().maxRSS / 1024 }))

tell({ kind: 'runtime', onnxruntime: onnxruntimeVersion })
await serve(JSON.parse(process.argv[2] ?? '{}'))

async function serve({ modelPath, threads, slots, port }: ServeOrder): Promise<void> {
  const startedMs = performance.now()
  const model = await loadOnnxModel(modelPath, threads, slots).catch((error) => {
    tell({ kind: 'failed', stage: 'load', reason: shortenReason(error) })
  })
  if (!model) return
  const modelLoadMs = performance.now() - startedMs
  const server = createPredictionServer(model)
  server.on('error', (error) => tell({ kind: 'failed', stage: 'listen', reason: error.message }))
  server.listen(port, '127.0.0.1', () => {
    const { port: taken } = server.address() as AddressInfo
    tell({ kind: 'ready', port: taken, modelLoadMs, inputs: model.inputs, outputs: model.outputs })
  })
}

function tell(message: ServeMessage): void {
  process.send?.(message)
}
