import type { Advice } from '../core/advice.ts'
import { writeReport } from '../report/index.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { terminalOptions } from './terminal-options.ts'

/** Prints the advice on stdout as it was asked for, and returns the exit code that it deserves. */
export async function printAdvice(advice: Advice, { switches }: Given): Promise<number> {
  process.stdout.write(
    await writeReport(switches.has('json') ? 'json' : 'terminal', advice, terminalOptions()),
  )
  return switches.has('fail-unmet') && advice.cheapest === null ? EXIT.unmet : EXIT.ok
}
