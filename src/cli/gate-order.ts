import { parseRateRps } from '../core/units.ts'
import { DEFAULT_FAIL_ON, type FailOn } from '../gate/conclude.ts'
import { DEFAULT_LOOKS } from '../gate/decide.ts'
import { CHANGEABLE, type Changeable } from '../gate/find-differences.ts'
import type { MetricName } from '../gate/gate-result.ts'
import { parseAllowed } from '../gate/parse-allowed.ts'
import {
  BASELINE_RULES,
  INTERLEAVED_RULES,
  OF_BLOCKS,
  OF_RUNS,
  type Rule,
  START_UP_RULE,
  withAllowed,
} from '../gate/rules.ts'
import type { SideArrival } from '../run/gate/measure-block.ts'
import type { SidesMeasurement } from '../run/gate/measure-sides.ts'
import type { SideSource } from '../run/gate/sides.ts'
import type { Given } from './command.ts'
import { OptionReader } from './load-order.ts'

type SidesOrder = Omit<SidesMeasurement, 'signal' | 'notify'> & { readonly startUpRule: Rule }

/** What `plimsoll gate` was asked to do. */
export interface GateOrder {
  readonly sides?: SidesOrder
  readonly calibrate: boolean
  readonly runs?: {
    readonly baseline: string
    readonly headRun?: string
    readonly scenario?: string
    readonly saveBaseline: boolean
    readonly changed: readonly Changeable[]
    readonly rules: readonly Rule[]
  }
  readonly history?: string
  readonly failOn: FailOn
  readonly reports: readonly string[]
  readonly annotate: boolean
}

const CONCERNS = ['slo', 'regression', 'cost', 'inconclusive'] as const

/** @throws UserError with everything that is wrong with the options at once */
export function readGateOrder(given: Given): GateOrder {
  const read = new OptionReader(given)
  const failOn = readFailOn(given, read)
  const allowed = readAllowed(given, read)
  const calibrate = given.switches.has('calibrate')
  const sides = readSides(given, read, allowed, failOn, calibrate)
  const runs = readRuns(given, read, allowed)
  const history = given.values.get('history')
  if (!sides && !runs && history === undefined) {
    read.fault(
      'there is nothing to compare',
      'give --base and --head, or --baseline and --head-run or --scenario; see plimsoll gate --help',
    )
  }
  checkMeasured(allowed, sides !== undefined, runs !== undefined, read)
  if (!sides) checkUnused(given, read)
  const reports = given.lists.get('report') ?? []
  for (const file of reports) {
    if (!/\.(md|html|json|xml|txt)$/.test(file))
      read.fault(`--report ${file} has no known ending`, 'one of .md, .html, .json, .xml (JUnit), .txt')
    else if (!sides && !runs && !/\.(html|json|txt)$/.test(file))
      read.fault(`--report ${file}: a history alone is not written so`, 'one of .html, .json, .txt')
  }
  read.throwFaults()
  return {
    ...(sides ? { sides } : {}),
    calibrate,
    ...(runs ? { runs } : {}),
    ...(history === undefined ? {} : { history }),
    failOn,
    reports,
    annotate: given.switches.has('annotate'),
  }
}

function readFailOn({ values }: Given, read: OptionReader): FailOn {
  const text = values.get('fail-on')
  if (text === undefined) return DEFAULT_FAIL_ON
  return text.split(',').flatMap((word) => {
    const concern = CONCERNS.find((each) => each === word.trim())
    if (concern) return [concern]
    read.fault(`--fail-on ${word.trim()} is not known`, `a list of ${CONCERNS.join(', ')}`)
    return []
  })
}

function readAllowed({ values }: Given, read: OptionReader): ReadonlyMap<MetricName, number> {
  const text = values.get('allow')
  if (text === undefined) return new Map()
  const parsed = parseAllowed(text)
  if ('allowed' in parsed) return parsed.allowed
  for (const fault of parsed.faults)
    read.fault(`--allow: ${fault}`, "write it like 'p95: 5%, usdPerMillion: 2%'")
  return new Map()
}

/** A limit on what is not measured would never be held against anything. */
function checkMeasured(
  allowed: ReadonlyMap<MetricName, number>,
  sides: boolean,
  runs: boolean,
  read: OptionReader,
): void {
  for (const metric of allowed.keys()) {
    if ((sides && OF_BLOCKS.includes(metric)) || (runs && OF_RUNS.includes(metric)) || !(sides || runs))
      continue
    read.fault(
      `--allow ${metric}: this is not measured here`,
      OF_RUNS.includes(metric)
        ? 'it is known of runs: --baseline and --head-run'
        : 'it is measured in turns: --base and --head',
    )
  }
}

/** What says how sides are measured would be passed over without them. */
const OF_SIDES = [
  'slo',
  'rate',
  'arrivals',
  'connections',
  'body',
  'header',
  'path',
  'method',
  'timeout',
  'ready',
  'requests',
  'quads',
  'startups',
  'seed',
] as const

function checkUnused({ values, lists }: Given, read: OptionReader): void {
  for (const name of OF_SIDES) {
    if (!values.has(name) && !lists.has(name)) continue
    const hint =
      name === 'slo'
        ? "runs are held against their scenario's slo"
        : 'it is of sides that are measured in turns'
    read.fault(`--${name} needs --base and --head`, hint)
  }
}

function readSides(
  given: Given,
  read: OptionReader,
  allowed: ReadonlyMap<MetricName, number>,
  failOn: FailOn,
  calibrate: boolean,
): SidesOrder | undefined {
  const base = given.values.get('base')
  const head = calibrate ? base : given.values.get('head')
  if (base === undefined && head === undefined && !calibrate) return undefined
  if (calibrate && given.values.has('head'))
    read.fault('--calibrate compares --base with itself', 'leave --head out')
  if (base === undefined) read.fault('--base is missing', 'a URL, or a command that starts a server at $PORT')
  else if (head === undefined)
    read.fault('--head is missing', 'a URL, or a command that starts a server at $PORT')
  const { startUp, ...inBlocks } = splitRules(allowed)
  const arrival = readArrival(given, read, [base, head])
  const slo = read.slo()
  const [payload, ...more] = read.payloads()
  if (more.length > 0) read.fault('gate sends one --body', 'both sides get the same requests')
  const path = given.values.get('path') ?? '/predict'
  if (!path.startsWith('/')) read.fault(`--path ${path} does not start with /`)
  const requests = read.whole('requests', 20, 100_000)
  return {
    base: sourceOf(base ?? ''),
    head: sourceOf(head ?? ''),
    request: {
      path,
      method: given.values.get('method') ?? (payload ? 'POST' : 'GET'),
      headers: { ...(payload ? { 'content-type': 'application/json' } : {}), ...read.headers() },
      ...(payload ? { body: payload.body } : {}),
      timeoutMs: (read.duration('timeout') ?? 10) * 1000,
    },
    readyWithinMs: (read.duration('ready') ?? 60) * 1000,
    arrival,
    ...(requests === undefined ? {} : { requestsPerBlock: requests }),
    // A calibration looks once, at the end: what it tells is of the whole length.
    looks: looksOf(read.whole('quads', 4, 10_000)).slice(calibrate ? -1 : 0),
    rules: inBlocks.rules,
    watched: new Set((['slo', 'regression', 'cost'] as const).filter((each) => !failOn.includes(each))),
    startUpRule: startUp,
    ...(slo ? { slo: { slo, errorsAsked: /\berrors\b/.test(given.values.get('slo') ?? '') } } : {}),
    seed: read.whole('seed', 0, 2 ** 30) ?? 1,
    startUps: read.whole('startups', 0, 1000) ?? 8,
  }
}

function splitRules(allowed: ReadonlyMap<MetricName, number>) {
  const own = new Map([...allowed].filter(([metric]) => OF_BLOCKS.includes(metric)))
  const all = withAllowed([...INTERLEAVED_RULES, START_UP_RULE], own)
  const isStartUp = ({ metric }: Rule) => metric === 'startUp'
  return { startUp: all.find(isStartUp) ?? START_UP_RULE, rules: all.filter((rule) => !isStartUp(rule)) }
}

/** An eighth, a quarter and a half of the whole length before it. */
function looksOf(quads: number | undefined): readonly number[] {
  if (quads === undefined) return DEFAULT_LOOKS
  if (quads < 24) return quads < 12 ? [quads] : [Math.ceil(quads / 2), quads]
  return [8, 4, 2, 1].map((part) => Math.ceil(quads / part))
}

function sourceOf(text: string): SideSource {
  return /^https?:\/\//.test(text) ? { kind: 'url', url: text } : { kind: 'command', command: text }
}

function readArrival(given: Given, read: OptionReader, sides: readonly (string | undefined)[]): SideArrival {
  const rate = given.values.get('rate')
  const kind = given.values.get('arrivals')
  const connections = read.whole('connections', 1, 10_000)
  for (const url of sides.filter((side) => /^https?:\/\//.test(side ?? ''))) {
    const parsed = URL.canParse(url ?? '') ? new URL(url ?? '') : undefined
    if (!parsed) read.fault(`"${url}" is not a URL`)
    else if (parsed.username || parsed.password)
      read.fault('a URL holds a user name or password', "give --header 'Authorization: …' instead")
    else if (rate === undefined && url?.startsWith('https:'))
      read.fault('an https: URL needs a --rate', 'without one, requests go out in turn, over plain HTTP only')
  }
  if (rate === undefined) {
    if (kind !== undefined) read.fault('--arrivals needs a --rate')
    return { kind: 'closed', connections: connections ?? 1 }
  }
  const rps = /^\d+(\.\d+)?$/.test(rate) ? Number(rate) : parseRateRps(rate)
  if (rps === undefined || !(rps > 0))
    read.fault(`--rate ${rate} is not a rate`, 'requests per second: 50, or 90/min')
  if (kind !== undefined && kind !== 'constant' && kind !== 'poisson')
    read.fault(`--arrivals ${kind} is not known`, 'constant or poisson')
  return {
    kind: kind === 'poisson' ? 'poisson' : 'constant',
    rps: rps ?? 1,
    connections: connections ?? 1000,
  }
}

function readRuns(
  given: Given,
  read: OptionReader,
  allowed: ReadonlyMap<MetricName, number>,
): GateOrder['runs'] {
  const baseline = given.values.get('baseline')
  const [headRun, scenario] = [given.values.get('head-run'), given.values.get('scenario')]
  const saveBaseline = given.switches.has('save-baseline')
  const changed = (given.lists.get('changed') ?? [])
    .flatMap((text) => text.split(','))
    .flatMap((word) => {
      const what = CHANGEABLE.find((each) => each === word.trim())
      if (what) return [what]
      read.fault(`--changed ${word} is not known`, `what is judged: ${CHANGEABLE.join(', ')}`)
      return []
    })
  if (baseline === undefined) {
    for (const name of ['head-run', 'scenario', 'changed'] as const)
      if (given.values.has(name) || given.lists.has(name))
        read.fault(`--${name} needs a --baseline`, 'a run.json to compare with')
    if (saveBaseline) read.fault('--save-baseline needs a --baseline', 'the file to save it in')
    return undefined
  }
  if ((headRun === undefined) === (scenario === undefined))
    read.fault(
      '--baseline needs either --head-run or --scenario',
      'a saved run of the head, or a scenario to run now',
    )
  const own = new Map([...allowed].filter(([metric]) => OF_RUNS.includes(metric)))
  return {
    baseline,
    ...(headRun === undefined ? {} : { headRun }),
    ...(scenario === undefined ? {} : { scenario }),
    saveBaseline,
    changed,
    rules: withAllowed(BASELINE_RULES, own),
  }
}
