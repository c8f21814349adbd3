import { closestMatch } from 'leven'
import type { Problem } from '../core/errors.ts'
import { parseSlo } from '../core/parse-slo.ts'
import { REGIONS } from '../core/regions.ts'
import { parseRateRps } from '../core/units.ts'
import { COMMITMENTS, MOST_REPLICAS, type WhatIf } from './what-if.ts'

/** The parts of a question as they are written; each is also the name of its flag. */
export const WHAT_IF_FIELDS = [
  'traffic',
  'slo',
  'region',
  'commitment',
  'min-replicas',
  'peak-factor',
] as const
export type WhatIfField = (typeof WHAT_IF_FIELDS)[number]

/** Reads a question as it is written. What is wrong with a part names it as its field; the others are still read. */
export function readWhatIf(written: Readonly<Partial<Record<WhatIfField, string>>>): {
  readonly whatIf: WhatIf
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const whatIf: { -readonly [K in keyof WhatIf]: WhatIf[K] } = {}
  for (const field of WHAT_IF_FIELDS) {
    const text = written[field]
    if (text === undefined) continue
    const read = READERS[field](text.trim())
    if ('faults' in read)
      problems.push(...read.faults.map((message) => ({ field, message, hint: read.hint })))
    else Object.assign(whatIf, read)
  }
  return { whatIf, problems }
}

type Read = WhatIf | { readonly faults: readonly string[]; readonly hint: string }

const READERS: Readonly<Record<WhatIfField, (text: string) => Read>> = {
  traffic(text) {
    const traffic = readTraffic(text)
    if (traffic) return { traffic }
    return fault(`"${text}" is neither a rate nor a multiple`, "write it like '50 rps', 90/min or x2")
  },
  slo(text) {
    const slo = parseSlo(text)
    return 'slo' in slo ? slo : { ...slo, hint: "write it like 'p95<200ms, errors<0.1%'" }
  },
  region(text) {
    if (REGIONS.includes(text)) return { region: text }
    const close = closestMatch(text, REGIONS, { maxDistance: 4 })
    return fault(
      `"${text}" is no Google Cloud region`,
      close ? `did you mean ${close}?` : 'such as europe-west4',
    )
  },
  commitment(text) {
    const commitment = COMMITMENTS.find((each) => each === text)
    return commitment
      ? { commitment }
      : fault(`"${text}" is no way to buy`, `one of ${COMMITMENTS.join(', ')}`)
  },
  'min-replicas'(text) {
    const minReplicas = Number(text)
    if (/^\d+$/.test(text) && minReplicas <= MOST_REPLICAS) return { minReplicas }
    return fault(`"${text}" is not a whole number from 0 to ${MOST_REPLICAS}`, 'write it like 2')
  },
  'peak-factor'(text) {
    const peakFactor = Number(text.replace(/^x/, ''))
    if (/^x?\d+(\.\d+)?$/.test(text) && peakFactor >= 1 && peakFactor <= MOST_PEAK) return { peakFactor }
    return fault(
      `"${text}" is not a multiple from 1 to ${MOST_PEAK}`,
      'the highest rate over the mean, such as 4',
    )
  },
}

/** Beyond it a curve is a burst. */
const MOST_PEAK = 1000
/** Rates above are beyond anything served; it keeps every sum finite. */
const MOST_RPS = 1e9
const MOST_FACTOR = 1e6

function fault(message: string, hint: string): Read {
  return { faults: [message], hint }
}

/** `x2` and `x0.5` are multiples; anything else is a rate. */
function readTraffic(text: string): WhatIf['traffic'] {
  const [, multiple] = /^x\s*(\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (multiple !== undefined) {
    const factor = Number(multiple)
    return factor > 0 && factor <= MOST_FACTOR ? { factor } : undefined
  }
  const rps = parseRateRps(text)
  return rps !== undefined && rps > 0 && rps <= MOST_RPS ? { rps } : undefined
}
