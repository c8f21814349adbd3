import type { Advice } from '../core/advice.ts'
import { REPORTS } from '../report/index.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'

/** Prints the advice on stdout as it was asked for, and returns the exit code that it deserves. */
export function printAdvice(advice: Advice, { switches }: Given): number {
  const width = process.stdout.columns ?? 80
  const color = process.stdout.hasColors?.() === true && !process.env.NO_COLOR
  process.stdout.write(REPORTS[switches.has('json') ? 'json' : 'terminal'](advice, { width, color }))
  return switches.has('fail-unmet') && advice.cheapest === null ? EXIT.unmet : EXIT.ok
}
