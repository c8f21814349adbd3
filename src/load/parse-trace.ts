import { readRateTrace, readTimestampTrace } from '../traffic/parse-trace.ts'
import type { Arrival, Spacing } from './arrivals.ts'

/** A trace of rates as an arrival process. @throws UserError with the file and line of everything wrong */
export function parseRateTrace(text: string, file: string, spacing: Spacing = 'poisson'): Arrival {
  const steps = readRateTrace(text, file).map(({ rps, durationS }) => ({ rps, durationS }))
  return { kind: 'rates', steps, spacing }
}

/** A trace of requests as an arrival process. @throws UserError with the file and line of everything wrong */
export function parseTimestampTrace(text: string, file: string): Arrival {
  return { kind: 'timestamps', atMs: readTimestampTrace(text, file) }
}
