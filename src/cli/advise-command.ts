import { type Problem, UserError } from '../core/errors.ts'
import { parseSlo } from '../core/parse-slo.ts'
import { parseRateRps } from '../core/units.ts'
import { chooseBook } from '../pricing/default-book.ts'
import { adviseRun } from '../run/advise-run.ts'
import { loadRun } from '../run/run-store.ts'
import { suppose, type WhatIf } from '../run/what-if.ts'
import type { Given } from './command.ts'
import { printAdvice } from './print-advice.ts'

/** `plimsoll advise`: everything after the load, from the saved run, under its own traffic and SLO or others. */
export async function adviseCommand(file: string, given: Given): Promise<number> {
  const whatIf = readWhatIf(given)
  const record = suppose(loadRun(file), whatIf)
  const { book, ...use } = await chooseBook(given.values.get('book'), process.env)
  return printAdvice(adviseRun(record, book, { ...use, now: new Date() }), given)
}

/** @throws UserError with everything that is wrong with the options at once */
function readWhatIf({ values }: Given): WhatIf {
  const faults: Problem[] = []
  const fault = (message: string, hint: string): undefined => {
    faults.push({ message, hint })
  }
  const sloText = values.get('slo')
  const slo = sloText === undefined ? undefined : parseSlo(sloText)
  if (slo && 'faults' in slo)
    for (const message of slo.faults) fault(`--slo: ${message}`, "write it like 'p95<200ms, errors<0.1%'")
  const trafficText = values.get('traffic')
  const traffic = trafficText === undefined ? undefined : readTraffic(trafficText)
  if (trafficText !== undefined && !traffic)
    fault(`--traffic ${trafficText} is neither a rate nor a multiple`, "write it like '50 rps', 90/min or x2")
  if (faults.length > 0) throw new UserError(faults)
  return { ...(slo && 'slo' in slo ? { slo: slo.slo } : {}), ...(traffic ? { traffic } : {}) }
}

/** `x2` and `x0.5` are multiples; anything else is a flat rate. */
function readTraffic(text: string): WhatIf['traffic'] {
  const [, multiple] = /^x\s*(\d+(?:\.\d+)?)$/.exec(text.trim()) ?? []
  if (multiple !== undefined) return Number(multiple) > 0 ? { factor: Number(multiple) } : undefined
  const rps = parseRateRps(text)
  return rps !== undefined && rps > 0 && rps <= 1e9 ? { rps } : undefined
}
