import type { Call, Fault } from './fault.ts'

/** One call of a run, whatever its run: what it is, and the how-manieth of its kind. */
export interface SweepPoint {
  readonly what: string
  readonly nth: number
}

/** Without what differs from run to run: the run's own names, the numbers of operations. */
function kindOf({ what, request }: Call): string {
  const name = /-(c\d+)\b/.exec(JSON.stringify(slim(request)) ?? '')?.[1] ?? ''
  return `${what} ${name}`
    .replaceAll(/plimsoll-\d{14}-[0-9a-f]{6}/g, 'plimsoll-RUN')
    .replaceAll(/op-\d+/g, 'op-N')
    .trim()
}

/** Parsed requests hold sockets, buffers and groups; only what was asked for matters. */
function slim(request: unknown): unknown {
  const { path, query, body, ...rest } = request as { path?: string; query?: object; body?: unknown }
  return path === undefined ? rest : { path, query: String(query), body }
}

/** Counts the calls of one run, and says when the call of a point has come. */
export class SweepCounter {
  readonly #seen = new Map<string, number>()
  readonly points: SweepPoint[] = []

  arrive(call: Call): SweepPoint {
    const what = kindOf(call)
    const nth = (this.#seen.get(what) ?? 0) + 1
    this.#seen.set(what, nth)
    const point = { what, nth }
    this.points.push(point)
    return point
  }
}

export function isSame(a: SweepPoint, b: SweepPoint): boolean {
  return a.what === b.what && a.nth === b.nth
}

/** What is done to each call in turn. */
export const SWEEP_FAULTS: readonly Fault[] = [
  { kind: 'error', code: 13, message: 'Internal error encountered.' },
  { kind: 'time-out' },
  { kind: 'quota' },
  { kind: 'cut' },
]
