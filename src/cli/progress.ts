import type { Listener } from '../core/run-event.ts'

/** Least time between two redraws of the live line, ms. */
const REDRAW_MS = 100

/** Shows a run on stderr: one live line per step in a terminal, plain lines elsewhere. */
export function progressListener(stream: NodeJS.WriteStream = process.stderr): Listener {
  return stream.isTTY ? liveProgress(stream) : plainProgress(stream)
}

function plainProgress(stream: NodeJS.WritableStream): Listener {
  return (event) => {
    if (event.kind === 'note') stream.write(`${event.text}\n`)
    if (event.kind === 'deployment' && event.step !== undefined)
      stream.write(`${event.candidate}: ${event.step} ...\n`)
    if (event.kind === 'step-started') stream.write(`[${event.index}/${event.total}] ${event.step} ...\n`)
    if (event.kind === 'step-finished') stream.write(`      ${event.result}\n`)
  }
}

function liveProgress(stream: NodeJS.WriteStream): Listener {
  let line = ''
  let drawnAt = 0
  const draw = (text: string) => stream.write(`\r\x1b[K${text.slice(0, Math.max(20, stream.columns - 1))}`)
  return (event) => {
    switch (event.kind) {
      case 'note':
        stream.write(`\r\x1b[K${event.text}\n`)
        break
      case 'deployment':
        if (event.step !== undefined) stream.write(`\r\x1b[K${event.candidate}: ${event.step} ...\n`)
        break
      case 'step-started':
        line = `[${event.index}/${event.total}] ${event.step}`
        draw(line)
        break
      case 'progress':
        if (Date.now() - drawnAt < REDRAW_MS) return
        drawnAt = Date.now()
        draw(`${line}  ${bar(event.finished / event.total)} ${event.finished}/${event.total}`)
        break
      case 'step-finished':
        stream.write(`\r\x1b[K${line}: ${event.result}\n`)
        break
    }
  }
}

function bar(share: number): string {
  const filled = Math.round(share * 20)
  return `${'█'.repeat(filled)}${'░'.repeat(20 - filled)}`
}
