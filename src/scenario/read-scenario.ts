import { createHash } from 'node:crypto'
import { basename, extname } from 'node:path'
import { type Problem, UserError } from '../core/errors.ts'
import type { InputSource, ModelSource, Percentile, Scenario, Slo } from '../core/scenario.ts'
import { formatMs } from '../core/units.ts'
import { type RawScenario, SCENARIO_SCHEMA } from './definition.ts'
import { explainIssues } from './explain-issue.ts'
import { readCandidates } from './read-candidates.ts'
import { readDeploy } from './read-deploy.ts'
import { byPlace, readText } from './read-text.ts'
import { type Report, readTraffic } from './read-traffic.ts'
import { readVariants, withVariants } from './read-variants.ts'
import { resolveModel } from './resolve-model.ts'
import { salvage } from './salvage.ts'
import { type Path, YamlSource } from './source.ts'

/** A scenario, and its source for those who find more problems with it later (the model's inputs, say). */
export interface ReadScenario {
  readonly scenario: Scenario
  readonly source: YamlSource
}

/**
 * Reads and checks a scenario file and the existence of the files it names. Loads no model.
 * @throws UserError with every problem of the file at once
 */
export function readScenario(file: string): ReadScenario {
  const { bytes, text } = readText(file, 'scenario')
  const source = new YamlSource(file, text)
  if (source.value === null) throw new UserError({ file, message: 'the file is empty', hint: EXAMPLES })
  const problems: Problem[] = []
  const result = SCENARIO_SCHEMA.safeParse(source.value, { reportInput: true })
  problems.push(...explainIssues(result.error?.issues ?? [], SCENARIO_SCHEMA, source, (path) => path))
  const grid = readCandidates(source.value, source)
  problems.push(...grid.problems)
  const report: Report = (path, message, hint) => problems.push(source.problem(path, message, hint))
  const { model, traffic, deploy } = readSections(source.value, file, report, (fault) => problems.push(fault))
  const candidates = withVariants(grid.candidates, model.variants, report)
  if (problems.length > 0 || !result.success || !traffic) throw new UserError(problems.sort(byPlace))
  const scenario = {
    ...complete(result.data, file),
    model,
    traffic,
    sha256: sha256(bytes),
    candidates,
    ...(deploy && { deploy }),
  }
  return { scenario, source }
}

/** Values in one request: at 64 MiB of float32, twice what any platform takes; text of more overflows a string. */
const MOST_VALUES = 2 ** 24
/** Timers overflow beyond 24 days, and no platform waits longer than an hour for a reply. */
const LONGEST_TIMEOUT_MS = 3_600_000
const EXAMPLES = 'start from one of those in scenarios/'

/** Reads the sections that name files, and reports what is wrong between fields, also where one is wrong by itself. */
function readSections(value: unknown, file: string, report: Report, add: (problem: Problem) => void) {
  const section = (key: string) => (value as Record<string, unknown>)[key]
  const { shape } = SCENARIO_SCHEMA
  const slo = salvage(shape.slo, section('slo'))
  const traffic = salvage(shape.traffic, section('traffic'))
  const assumptions = salvage(shape.assumptions, section('assumptions'))
  if (slo) checkSlo(slo, section('slo') as object, report)
  const load = salvage(shape.load, section('load'))
  const deploy = section('deploy') === undefined ? undefined : salvage(shape.deploy, section('deploy'))
  if (load && load.timeout > LONGEST_TIMEOUT_MS) {
    report(['load', 'timeout'], 'the timeout is over 1h', 'no platform waits longer for a reply')
  }
  for (const key of ['n1VcpuPerLocalCore', 'targetUtilization'] as const) {
    const value = assumptions?.[key]
    if (value !== undefined && value <= 0) report(['assumptions', key], 'must be over 0')
  }
  const model = readModel(section('model'), file, report)
  const variants = (model.variants ?? []).map(({ name }) => name)
  return {
    model,
    deploy: deploy && readDeploy(deploy, variants, report),
    traffic: traffic && readTraffic(traffic, section('traffic') as object, file, report, add),
  }
}

function complete(
  raw: RawScenario,
  file: string,
): Omit<Scenario, 'sha256' | 'candidates' | 'model' | 'traffic' | 'deploy'> {
  const network = raw.assumptions.network
  const { n1VcpuPerLocalCore: factor, startUp } = raw.assumptions
  const { errors, ...latencyMs } = raw.slo
  return {
    name: raw.name ?? basename(file, extname(file)).replace(/[^A-Za-z0-9._-]+/g, '-'),
    file,
    slo: { latencyMs: latencyMs as Slo['latencyMs'], errorRatio: errors },
    load: {
      requests: raw.load.requests,
      warmupRequests: raw.load.warmup,
      startups: raw.load.startups,
      timeoutMs: raw.load.timeout,
      arrivals: raw.load.arrivals,
      seed: raw.load.seed,
    },
    assumptions: {
      // No public figure: from a few hundred microseconds inside a zone to a loaded front end.
      networkMs:
        network === undefined
          ? { low: 1, value: 3, high: 10 }
          : { low: network, value: network, high: network },
      // Vertex AI and managed instance groups scale at 60% by default, Cloud Run at 60% of its concurrency.
      targetUtilization: raw.assumptions.targetUtilization ?? 0.6,
      ...(factor === undefined ? {} : { n1VcpuPerLocalCore: factor }),
      ...(startUp === undefined ? {} : { startUpMs: defined(startUp) }),
    },
  }
}

/** Without the fields that are not set. */
function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(set) as { [K in keyof T]: Exclude<T[K], undefined> }
}

function checkSlo({ errors, ...latency }: RawScenario['slo'], written: object, report: Report): void {
  const limits = Object.entries(latency).filter(
    (entry): entry is [Percentile, number] => entry[1] !== undefined,
  )
  // One that is there but wrong, or misspelt, is reported already.
  const none = Object.keys(written).every((key) => key === 'errors')
  if (none) report(['slo'], 'no latency limit', 'set at least one of p50, p90, p95, p99, p999')
  limits.forEach(([percentile, ms], index) => {
    const lower = limits[index - 1]
    if (lower && ms < lower[1]) {
      const hint = `${lower[0]} is limited to ${formatMs(lower[1])}: the higher percentile needs the higher limit`
      report(['slo', percentile], `${percentile} is tighter than ${lower[0]}`, hint)
    }
  })
  if (errors >= 1) report(['slo', 'errors'], 'an error limit of 100% excludes nothing', 'write one like 0.1%')
}

/** The files are looked for even where other fields of the model are wrong, so that both are reported. */
function readModel(value: unknown, file: string, report: Report): ModelSource {
  const name = (value as { file?: unknown } | undefined)?.file
  const found = typeof name === 'string' && name !== '' ? resolveModel(name, file) : undefined
  if (found && 'message' in found) report(['model', 'file'], found.message, found.hint)
  const model = salvage(SCENARIO_SCHEMA.shape.model, value)
  const inputs = Object.entries(model?.inputs ?? {}).map(([input, raw]) => {
    const path = ['model', 'inputs', input]
    const values = readValues(raw, file, path, report)
    const samples =
      raw.samples === undefined ? {} : { samples: findFile(raw.samples, file, [...path, 'samples'], report) }
    return [input, { shape: raw.shape, values, ...samples }] as const
  })
  return {
    file: model?.file ?? '',
    path: found && 'path' in found ? found.path : '',
    inputs: Object.fromEntries(inputs),
    encoding: model?.encoding ?? 'json',
    ...(model?.variants ? { variants: readVariants(model.variants, file, report) } : {}),
    ...(model?.maxAccuracyLoss === undefined ? {} : { maxAccuracyLoss: model.maxAccuracyLoss }),
  }
}

function findFile(name: string, scenarioFile: string, path: Path, report: Report): string {
  const found = resolveModel(name, scenarioFile)
  if ('path' in found) return found.path
  report(path, `file ${name} does not exist`, found.hint)
  return ''
}

function readValues(
  input: RawScenario['model']['inputs'][string],
  file: string,
  path: Path,
  report: Report,
): InputSource['values'] {
  if (input.constant !== undefined && input.file !== undefined) {
    report([...path, 'constant'], 'constant and file exclude each other', 'keep one')
  }
  const count = input.shape.reduce((product, size) => product * size, 1)
  if (count > MOST_VALUES) {
    report([...path, 'shape'], `the input has ${count} values`, `a request holds up to ${MOST_VALUES}`)
  }
  if (input.file !== undefined) {
    const found = resolveModel(input.file, file)
    if ('path' in found) return { from: 'file', path: found.path }
    report([...path, 'file'], `input file ${input.file} does not exist`, found.hint)
    return { from: 'file', path: '' }
  }
  if (input.constant !== undefined) return { from: 'constant', value: input.constant }
  if (input.low >= input.high) report([...path, 'low'], `low ${input.low} is not below high ${input.high}`)
  return { from: 'uniform', low: input.low, high: input.high }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
