import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { WorldError } from '../core/errors.ts'
import type { Sample } from '../core/measurement.ts'

export interface SampleFile {
  readonly onSample: (sample: Sample) => void
  /** Writes out what is left. @throws WorldError when any of it could not be written */
  readonly close: () => Promise<void>
}

/** Written at once; lines are collected until then. */
const pieceChars = 64 * 2 ** 10

/** A CSV with a line for each request, in order of ending; what the server did not tell or was not wrong is empty. */
export function openSampleFile(path: string): SampleFile {
  const stream = createWriteStream(path)
  let failure: Error | undefined
  stream.on('error', (error) => {
    failure = error
  })
  let piece = 'due_ms,sent_ms,done_ms,outcome,detail,inference_ms\n'
  return {
    onSample(sample) {
      piece += lineOf(sample)
      if (piece.length < pieceChars) return
      stream.write(piece)
      piece = ''
    },
    async close() {
      stream.end(piece)
      await finished(stream).catch((error: Error) => {
        failure ??= error
      })
      if (failure) throw new WorldError(`cannot write ${path}: ${failure.message}`, { cause: failure })
    },
  }
}

function lineOf({ dueMs, sentMs, doneMs, outcome, detail, inferenceMs }: Sample): string {
  return `${dueMs},${sentMs},${doneMs},${outcome},${quote(detail ?? '')},${inferenceMs ?? ''}\n`
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
