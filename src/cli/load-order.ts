import { existsSync, readFileSync } from 'node:fs'
import { type Problem, UserError } from '../core/errors.ts'
import { parseSlo } from '../core/parse-slo.ts'
import type { Slo } from '../core/scenario.ts'
import { parseDurationMs, parseRateRps } from '../core/units.ts'
import type { Arrival } from '../load/arrivals.ts'
import { parseRateTrace, parseTimestampTrace } from '../load/parse-trace.ts'
import type { Payload } from '../load/request-bytes.ts'
import type { UrlOrder } from '../run/load-url.ts'
import type { Given } from './command.ts'

/** What `plimsoll load` was asked to do. */
export interface LoadOrder extends Omit<UrlOrder, 'ending' | 'onProgress'> {
  readonly closed: boolean
  readonly findCapacity: boolean
  readonly slo?: Slo
  /** Whether a load that does not meet the SLO is to fail. */
  readonly failUnmet: boolean
}

/** A load that is told neither ends after this, s. */
const DEFAULT_DURATION_S = 10

/** @throws UserError with everything that is wrong with the options at once */
export function readLoadOrder(url: string, given: Given): LoadOrder {
  const read = new OptionReader(given)
  checkUrl(url, read)
  const requests = read.whole('requests', 1, 1_000_000_000)
  const durationS = read.duration('duration')
  const method = given.values.get('method')
  const payloads = read.payloads()
  const slo = read.slo()
  const closed = given.switches.has('closed')
  const findCapacity = given.switches.has('find-capacity')
  if (findCapacity && !slo)
    read.fault('--find-capacity needs an --slo', "e.g. --slo 'p95<200ms, errors<0.1%'")
  const failUnmet = given.switches.has('fail-unmet')
  if (failUnmet && !slo) read.fault('--fail-unmet needs an --slo', "e.g. --slo 'p95<200ms, errors<0.1%'")
  if (closed) checkClosed(url, given, payloads, read)
  const order: LoadOrder = {
    url,
    headers: read.headers(),
    arrival: closed || findCapacity ? { kind: 'poisson', rps: 1 } : read.arrival(),
    warmupRequests: read.whole('warmup', 0, 1_000_000) ?? 0,
    connections: read.whole('connections', 1, 100_000) ?? (closed ? 1 : 1000),
    workers: read.whole('workers', 1, 64) ?? 1,
    timeoutMs: (read.duration('timeout') ?? 10) * 1000,
    seed: read.whole('seed', 0, 2 ** 31 - 1) ?? 1,
    http2: given.switches.has('http2'),
    closed,
    findCapacity,
    failUnmet,
    payloads,
    ...(method ? { method } : {}),
    ...(slo ? { slo } : {}),
    ...(given.values.has('samples') ? { samples: given.values.get('samples') ?? '' } : {}),
    ...(requests === undefined ? {} : { requests }),
    ...(requests === undefined || durationS !== undefined
      ? { durationS: durationS ?? DEFAULT_DURATION_S }
      : {}),
  }
  read.throwFaults()
  return order
}

function checkUrl(url: string, read: OptionReader): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
    read.fault(`"${url}" is not an http or https URL`, 'write it like https://host/predict')
  } else if (parsed.username || parsed.password) {
    read.fault('the url holds a user name or password', "give --header 'Authorization: …' instead")
  }
}

/** What a closed loop cannot do, since it follows the server. */
const OPEN_ONLY = ['rate', 'arrivals', 'slo', 'workers', 'samples', 'seed'] as const

function checkClosed(url: string, given: Given, payloads: readonly Payload[], read: OptionReader): void {
  const excluded = [
    ...OPEN_ONLY.filter((name) => given.values.has(name)),
    ...(['find-capacity', 'http2'] as const).filter((name) => given.switches.has(name)),
  ]
  for (const name of excluded) {
    read.fault(
      `--closed and --${name} exclude each other`,
      'a closed loop keeps --connections requests in flight',
    )
  }
  if (payloads.length > 1) read.fault('--closed sends one --body', 'leave --closed out to send several')
  if (url.startsWith('https:')) {
    read.fault(
      '--closed cannot verify TLS, so it loads http: URLs only',
      'leave --closed out, and give a --rate',
    )
  }
}

/** Reads options one by one and remembers what was wrong with each. */
export class OptionReader {
  readonly #given: Given
  readonly #faults: Problem[] = []

  constructor(given: Given) {
    this.#given = given
  }

  fault(message: string, hint?: string): undefined {
    this.#faults.push({ message, ...(hint === undefined ? {} : { hint }) })
  }

  throwFaults(): void {
    if (this.#faults.length > 0) throw new UserError(this.#faults)
  }

  whole(name: string, least: number, most: number): number | undefined {
    const text = this.#given.values.get(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    return this.fault(`--${name} ${text} is not a whole number from ${least} to ${most}`)
  }

  /** Seconds. */
  duration(name: string): number | undefined {
    const text = this.#given.values.get(name)
    if (text === undefined) return undefined
    const ms = parseDurationMs(text)
    if (ms !== undefined && ms > 0 && ms <= 24 * 3_600_000) return ms / 1000
    return this.fault(
      `--${name} ${text} is not a duration with its unit up to 24h`,
      'write it like 30s, 500ms, 2min',
    )
  }

  /** `FILE`, or `FILE@WEIGHT` to be sent that much more often than one of weight 1. */
  payloads(): Payload[] {
    return (this.#given.lists.get('body') ?? []).flatMap((text) => {
      const [, path = text, weight] = existsSync(text) ? [] : (/^(.+)@(\d+(?:\.\d+)?)$/.exec(text) ?? [])
      if (weight !== undefined && Number(weight) === 0) this.fault(`--body ${text} has a weight of 0`)
      try {
        return [{ body: readFileSync(path), ...(weight === undefined ? {} : { weight: Number(weight) }) }]
      } catch (error) {
        this.fault(`--body ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
        return []
      }
    })
  }

  headers(): Record<string, string> {
    const entries = (this.#given.lists.get('header') ?? []).flatMap((text) => {
      const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(text) ?? []
      if (name !== undefined && value !== undefined) return [[name.toLowerCase(), value] as const]
      this.fault('a --header is not of the form "Name: value"')
      return []
    })
    return Object.fromEntries(entries)
  }

  slo(): Slo | undefined {
    const text = this.#given.values.get('slo')
    if (text === undefined) return undefined
    const parsed = parseSlo(text)
    if ('slo' in parsed) return parsed.slo
    for (const fault of parsed.faults) this.fault(`--slo: ${fault}`, "write it like 'p95<200ms, errors<0.1%'")
    return undefined
  }

  /** `constant`, `poisson`, `ramp:10-100/30s`, `sine:50+-40/60s`, `steps:10x5s,50x5s`, `rates:FILE`, `timestamps:FILE`. */
  arrival(): Arrival {
    const [kind = '', detail = ''] = splitOnce(this.#given.values.get('arrivals') ?? 'constant', ':')
    const none: Arrival = { kind: 'constant', rps: 1 }
    if (kind === 'constant' || kind === 'poisson') return { kind, rps: this.#rate() ?? 1 }
    if (this.#given.values.has('rate'))
      this.fault(`--rate does not go with --arrivals ${kind}`, 'it has its own rates')
    const shape = SHAPES[kind]?.(detail)
    if (shape) return shape
    if (kind === 'rates' || kind === 'timestamps') return this.#trace(kind, detail) ?? none
    this.fault(`--arrivals ${kind} is not known`, `one of constant, poisson, ${SHAPE_EXAMPLES.join(', ')}`)
    return none
  }

  #rate(): number | undefined {
    const text = this.#given.values.get('rate')
    if (text === undefined)
      return this.fault('--rate is missing', 'how many requests per second, e.g. --rate 50')
    const rps = /^\d+(\.\d+)?$/.test(text) ? Number(text) : parseRateRps(text)
    if (rps !== undefined && rps > 0 && rps <= 1_000_000) return rps
    return this.fault(`--rate ${text} is not a rate`, 'requests per second, or with a unit: 50, 90/min')
  }

  #trace(kind: 'rates' | 'timestamps', path: string): Arrival | undefined {
    try {
      const text = readFileSync(path, 'utf8')
      return kind === 'rates' ? parseRateTrace(text, path) : parseTimestampTrace(text, path)
    } catch (error) {
      if (error instanceof UserError) this.#faults.push(...error.problems)
      else this.fault(`--arrivals ${kind}:${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
      return undefined
    }
  }
}

const SHAPE_EXAMPLES = [
  'ramp:10-100/30s',
  'sine:50+-40/60s',
  'steps:10x5s,50x5s',
  'rates:FILE',
  'timestamps:FILE',
]
const NUMBER = String.raw`\d+(?:\.\d+)?`

const SHAPES: Readonly<Record<string, (detail: string) => Arrival | undefined>> = {
  ramp: (detail) => {
    const [, from, to, over] = new RegExp(`^(${NUMBER})-(${NUMBER})/(.+)$`).exec(detail) ?? []
    const overS = seconds(over)
    return overS === undefined ? undefined : { kind: 'ramp', fromRps: Number(from), toRps: Number(to), overS }
  },
  sine: (detail) => {
    const [, mean, amplitude, period] = new RegExp(`^(${NUMBER})\\+-(${NUMBER})/(.+)$`).exec(detail) ?? []
    const periodS = seconds(period)
    if (periodS === undefined) return undefined
    return { kind: 'sine', meanRps: Number(mean), amplitudeRps: Number(amplitude), periodS }
  },
  steps: (detail) => {
    const steps = detail.split(',').map((step) => {
      const [rate, length] = splitOnce(step, 'x')
      return { rps: Number(rate), durationS: seconds(length) ?? Number.NaN }
    })
    return steps.every(({ rps, durationS }) => rps >= 0 && durationS > 0)
      ? { kind: 'steps', steps }
      : undefined
  },
}

function seconds(text: string | undefined): number | undefined {
  const ms = text === undefined ? undefined : parseDurationMs(text)
  return ms === undefined || ms <= 0 ? undefined : ms / 1000
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
