import type { Advice } from '../core/advice.ts'
import { REPORTS } from '../report/index.ts'
import { EXIT } from './exit-codes.ts'

export interface PrintOptions {
  readonly json?: boolean
  readonly failUnmet?: boolean
}

/** Prints the advice on stdout as it was asked for, and returns the exit code that it deserves. */
export function printAdvice(advice: Advice, { json = false, failUnmet = false }: PrintOptions): number {
  const width = process.stdout.columns ?? 80
  const color = process.stdout.hasColors?.() === true && !process.env.NO_COLOR
  process.stdout.write(REPORTS[json ? 'json' : 'terminal'](advice, { width, color }))
  return failUnmet && advice.cheapest === null ? EXIT.unmet : EXIT.ok
}
