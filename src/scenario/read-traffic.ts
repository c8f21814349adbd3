import { readFileSync } from 'node:fs'
import { type Problem, UserError } from '../core/errors.ts'
import type { Traffic } from '../core/scenario.ts'
import { formatRps } from '../core/units.ts'
import { MOST_RPS } from '../traffic/parse-trace.ts'
import { readTrafficTrace } from '../traffic/read-traffic-trace.ts'
import { hoursAheadOfUtc, timeZones } from '../traffic/time-zone.ts'
import { greatestMeanRps, peakOverMean, weekRates } from '../traffic/week-curve.ts'
import type { RawScenario } from './definition.ts'
import { didYouMean } from './explain-issue.ts'
import { resolveModel } from './resolve-model.ts'
import type { Path } from './source.ts'

export type Report = (path: Path, message: string, hint?: string) => void
type RawTraffic = RawScenario['traffic']

/** Bursts that come more often are the rate itself; it also bounds the steps of a month. */
const MOST_OFTEN_MS = 60_000

/**
 * The traffic, or undefined where it is reported as wrong.
 * @param written the section as in the file: a field that is there but wrong is reported already, not missing
 * @param add reports a problem that has its own place: a line of the trace
 */
export function readTraffic(
  raw: RawTraffic,
  written: object,
  file: string,
  report: Report,
  add: (problem: Problem) => void,
): Traffic | undefined {
  let sound = true
  const fail: Report = (path, ...words) => {
    sound = false
    report(['traffic', ...path], ...words)
  }
  const given = (['rate', 'mean', 'trace'] as const).filter((key) => key in written)
  const misread = Object.keys(written).some((key) => !(key in raw))
  if (given.length === 0 && !misread) {
    const lone = 'peak' in written ? 'the peak has no mean' : 'no rate'
    fail([], lone, 'give a flat rate, or mean and peak, or a trace')
  }
  if (given.length > 1) fail([given[1] ?? ''], `${given.join(' and ')} exclude each other`, 'keep one')
  checkCompany(raw, fail)
  checkBurst(raw, written, fail)
  checkRates(raw, fail)
  const base = baseOf(raw, written, file, fail, (problem) => {
    sound = false
    add(problem)
  })
  if (!sound || !base) return undefined
  return { ...base, ...burstOf(raw), ...(raw.growth === undefined ? {} : { growthRatio: raw.growth }) }
}

/** Fields that only mean something beside others. */
function checkCompany(raw: RawTraffic, fail: Report): void {
  const curved = raw.mean !== undefined || raw.peak !== undefined
  for (const key of ['shape', 'timeZone', 'weekendFactor'] as const) {
    if (raw[key] !== undefined && !curved && (raw.rate !== undefined || raw.trace !== undefined)) {
      fail([key], `${key} is for a week with peaks`, 'give mean and peak in place of rate or trace')
    }
  }
  if (raw.peak !== undefined && (raw.rate !== undefined || raw.trace !== undefined) && raw.mean === undefined)
    fail(['peak'], 'peak goes with mean', 'give mean and peak in place of rate or trace')
  if (raw.traceOf !== undefined && raw.trace === undefined)
    fail(['traceOf'], 'traceOf without a trace', 'name the CSV file: trace')
  if (raw.timeZone !== undefined && hoursAheadOfUtc(raw.timeZone) === undefined) {
    const hint = didYouMean(raw.timeZone, timeZones()) ?? 'an IANA name such as Europe/Berlin'
    fail(['timeZone'], `"${raw.timeZone}" is no time zone`, hint)
  }
}

function checkRates(raw: RawTraffic, fail: Report): void {
  const rates = { rate: raw.rate, mean: raw.mean, peak: raw.peak }
  for (const [key, rps] of Object.entries(rates)) {
    if (rps !== undefined && rps > MOST_RPS) fail([key], `${rps} requests a second are over ${MOST_RPS}`)
  }
}

function checkBurst(raw: RawTraffic, written: object, fail: Report): void {
  const { burst } = raw
  if (burst === undefined) return
  const highest = raw.rate ?? raw.peak
  const daily = burst.rate !== undefined || burst.perDay !== undefined
  const many = burst.factor !== undefined || burst.length !== undefined || burst.every !== undefined
  const wrong = (key: string) => key in ((written as { burst?: object }).burst ?? {})
  const need = (key: 'rate' | 'perDay' | 'factor' | 'length' | 'every', beside: string) => {
    if (burst[key] === undefined && !wrong(key)) fail(['burst', key], 'is missing', `it goes with ${beside}`)
  }
  if (daily && many) {
    fail(['burst'], 'rate and perDay exclude factor, length and every', 'keep one way to give bursts')
  } else if (daily) {
    need('rate', 'perDay')
    need('perDay', 'rate')
    if (burst.process !== undefined) fail(['burst', 'process'], 'process goes with factor, length and every')
  } else {
    for (const key of ['factor', 'length', 'every'] as const) need(key, 'factor, length and every')
  }
  if (burst.rate !== undefined && highest !== undefined && burst.rate <= highest) {
    const what = raw.rate === undefined ? 'peak' : 'flat rate'
    fail(['burst', 'rate'], `the burst is not above the ${what}`, 'raise it, or leave the burst out')
  }
  if (burst.perDay !== undefined && burst.perDay >= 24 * 3_600_000) {
    fail(['burst', 'perDay'], 'a burst of a whole day is the flat rate', 'make it shorter than 24h')
  }
  if (burst.factor !== undefined && burst.factor <= 1)
    fail(['burst', 'factor'], 'the burst is not above the other traffic', 'a factor over 1')
  if (burst.every !== undefined && burst.every < MOST_OFTEN_MS)
    fail(['burst', 'every'], 'bursts come more often than once a minute', 'raise the rate instead')
  if (burst.length !== undefined && burst.every !== undefined && burst.length >= burst.every)
    fail(['burst', 'length'], 'the bursts leave no time between them', 'make length shorter than every')
}

function burstOf({ burst }: RawTraffic): Pick<Traffic, 'burst' | 'bursts'> {
  if (burst?.rate !== undefined && burst.perDay !== undefined)
    return { burst: { rps: burst.rate, hoursPerDay: burst.perDay / 3_600_000 } }
  if (burst?.factor === undefined || burst.length === undefined || burst.every === undefined) return {}
  const { factor, length, every, process = 'regular' } = burst
  return { bursts: { factor, lengthS: length / 1000, everyS: every / 1000, process } }
}

function baseOf(
  raw: RawTraffic,
  written: object,
  file: string,
  fail: Report,
  add: (problem: Problem) => void,
): Traffic | undefined {
  if (raw.rate !== undefined) return { rps: raw.rate }
  if (raw.mean !== undefined) return curveOf(raw, raw.mean, written, fail)
  return raw.trace === undefined ? undefined : traceOf(raw.trace, raw.traceOf ?? 'rates', file, fail, add)
}

function curveOf(raw: RawTraffic, mean: number, written: object, fail: Report): Traffic | undefined {
  const { shape = 'sine', timeZone = 'UTC', weekendFactor = 1 } = raw
  if (typeof shape !== 'string' && shape.length === 168 && weekendFactor !== 1)
    fail(['weekendFactor'], 'a shape of 168 hours has its own weekend', 'leave weekendFactor out')
  if (raw.peak === undefined && typeof shape === 'string') {
    if (!('peak' in written || 'shape' in written !== 'shape' in raw))
      fail([], 'the mean has no peak', 'give the peak too, or a flat rate')
    return undefined
  }
  const peakRps = raw.peak ?? mean * peakOverMean(shape as readonly number[], weekendFactor)
  const curve = { peakRps, shape, timeZone, weekendFactor }
  if (peakRps < mean) {
    fail(
      ['peak'],
      `the peak of ${formatRps(peakRps)} requests/s is below the mean of ${formatRps(mean)}`,
      'the highest rate is at least the mean',
    )
  } else if (mean > greatestMeanRps(curve) * (1 + 1e-9)) {
    const most = formatRps(greatestMeanRps(curve))
    fail(['mean'], `with that weekend the mean is at most ${most} requests/s`, 'lower it or raise the peak')
  } else if (hoursAheadOfUtc(timeZone) !== undefined && !weekRates(mean, curve)) {
    fail(['peak'], 'so high a peak does not fit into that mean', 'lower it, or add it as a burst')
  } else return { rps: mean, curve }
  return undefined
}

function traceOf(
  name: string,
  kind: 'rates' | 'timestamps',
  file: string,
  fail: Report,
  add: (problem: Problem) => void,
): Traffic | undefined {
  const found = resolveModel(name, file)
  if (!('path' in found)) {
    fail(['trace'], found.message.replace(/^model( file)?/, 'trace'), found.hint.replace('.onnx', 'CSV'))
    return undefined
  }
  try {
    const { rps, trace } = readTrafficTrace(readFileSync(found.path, 'utf8'), name, kind)
    return { rps, trace: { ...trace, file: name } }
  } catch (error) {
    if (error instanceof UserError) for (const problem of error.problems) add(problem)
    else fail(['trace'], `trace ${name} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
    return undefined
  }
}
