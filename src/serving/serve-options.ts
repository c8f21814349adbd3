import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { type Problem, UserError } from '../core/errors.ts'
import { parseDurationMs, parseSizeBytes } from '../core/units.ts'
import { type Device, isDevice } from './device.ts'
import type { ServeOptions } from './serve-model.ts'
import { jsonLog } from './server/write-log.ts'
import { VARIABLE_OPTIONS, variableOf } from './server-environment.ts'

/** Cloud Run ends a container 10 s after SIGTERM; the server is gone by then. */
const DRAIN_MS = 8000

/** Options by name that every way to serve takes. */
export const SERVE_OPTIONS = [
  'port',
  'host',
  'name',
  'workers',
  'threads',
  'device',
  'max-batch',
  'max-delay',
  'max-queue',
  'max-body',
  'timeout',
  'drain',
  'log',
] as const

/** Serving as runs do it: one worker, on this machine alone, no log. */
export function defaultServing(modelPath: string): ServeOptions {
  return {
    modelPath,
    modelName: nameOf(modelPath),
    modelVersion: '1',
    version: '0',
    predictRoute: '/predict',
    healthRoute: '/health',
    host: '127.0.0.1',
    port: 0,
    workers: 1,
    threads: 1,
    device: 'cpu',
    maxBatch: 1,
    maxDelayMs: 0,
    maxQueue: 100,
    maxBodyBytes: 64 * 2 ** 20,
    timeoutMs: 60_000,
    drainMs: DRAIN_MS,
    listenEarly: false,
  }
}

/** The file's name without `.onnx`, and without what a path of a URL would have to escape. */
export function nameOf(modelPath: string): string {
  return (
    basename(modelPath)
      .replace(/\.onnx$/i, '')
      .replace(/[^A-Za-z0-9._-]+/g, '-') || 'model'
  )
}

/**
 * What the command line and the platform say: Vertex AI sets `AIP_HTTP_PORT`, `AIP_HEALTH_ROUTE` and
 * `AIP_PREDICT_ROUTE`, Cloud Run sets `PORT`; `PLIMSOLL_THREADS` is what `--threads` is, and so for all of
 * `VARIABLE_OPTIONS`. Options go before the environment. In a container, which one of the two ports tells, the server
 * listens on every address; else on this machine's own.
 *
 * @param given options by name, as text
 * @throws UserError with every problem at once
 */
export function readServeOptions(
  modelPath: string,
  version: string,
  given: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string | undefined>>,
): ServeOptions {
  const problems: Problem[] = []
  const { values, written } = withVariables(given, env)
  const check = <T>(value: T | undefined, fallback: T, message: string): T => {
    if (value === undefined) problems.push({ message })
    return value ?? fallback
  }
  const whole = (name: string, fallback: number, least: number, most: number, text = values.get(name)) => {
    if (text === undefined) return fallback
    const fits = /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most
    const message = `${written(name)} ${text} is not a whole number from ${least} to ${most}`
    return check(fits ? Number(text) : undefined, fallback, message)
  }
  const duration = (name: string, fallback: number) => {
    const text = values.get(name)
    if (text === undefined) return fallback
    return check(parseDurationMs(text), fallback, `${written(name)} ${text} is not a time such as 5ms or 30s`)
  }
  const size = (name: string, fallback: number) => {
    const text = values.get(name)
    if (text === undefined) return fallback
    return check(parseSizeBytes(text), fallback, `--${name} ${text} is not a size such as 10Mi`)
  }
  const route = (name: string, fallback: string) => {
    const text = env[name]
    if (text === undefined || text === '') return fallback
    return check(
      text.startsWith('/') ? text : undefined,
      fallback,
      `${name} is ${text}, which is no path of a URL`,
    )
  }
  const base = defaultServing(modelPath)
  const onVertex = env.AIP_HTTP_PORT !== undefined
  const inContainer = onVertex || env.PORT !== undefined
  const threads = whole('threads', 1, 1, 256)
  const maxBatch = whole('max-batch', 1, 1, 1024)
  const device = readDevice(values.get('device') ?? 'cpu', written('device'), problems)
  const log = values.get('log') ?? 'off'
  if (log !== 'off' && log !== 'json') problems.push({ message: `--log ${log} is neither off nor json` })
  const name = values.get('name') ?? base.modelName
  if (!/^[A-Za-z0-9._-]+$/.test(name)) {
    problems.push({ message: `--name ${name} may only have letters, digits, dots, dashes and underscores` })
  }
  const options: ServeOptions = {
    ...base,
    version,
    modelName: name,
    predictRoute: route('AIP_PREDICT_ROUTE', base.predictRoute),
    healthRoute: route('AIP_HEALTH_ROUTE', base.healthRoute),
    host: values.get('host') ?? (inContainer ? '0.0.0.0' : base.host),
    port: whole('port', 8080, 0, 65_535, values.get('port') ?? env.AIP_HTTP_PORT ?? env.PORT),
    threads,
    device,
    // On a GPU each worker has the model in its memory again, and inferences take turns there.
    workers: whole('workers', device === 'cuda' ? 1 : workersFor(threads), 1, 256),
    maxBatch,
    // Long enough for requests that come together to meet, short beside most inferences.
    maxDelayMs: duration('max-delay', maxBatch > 1 ? 2 : 0),
    maxQueue: whole('max-queue', base.maxQueue, 0, 1_000_000),
    maxBodyBytes: size('max-body', base.maxBodyBytes),
    timeoutMs: duration('timeout', base.timeoutMs),
    drainMs: duration('drain', base.drainMs),
    listenEarly: onVertex,
    ...(log === 'json' && { log: jsonLog((line) => process.stderr.write(line)) }),
  }
  if (problems.length > 0) throw new UserError(problems)
  return options
}

function workersFor(threads: number): number {
  return Math.max(1, Math.floor(availableParallelism() / threads))
}

/** The options, with those of the environment where none is given; and how each of them was written. */
function withVariables(
  given: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string | undefined>>,
): { readonly values: ReadonlyMap<string, string>; readonly written: (name: string) => string } {
  const set = VARIABLE_OPTIONS.flatMap((name) => {
    const text = env[variableOf(name)]
    return given.has(name) || text === undefined || text === '' ? [] : [[name, text] as const]
  })
  const fromVariable = new Map<string, string>(set)
  return {
    values: new Map([...given, ...fromVariable]),
    written: (name) => (fromVariable.has(name) ? variableOf(name) : `--${name}`),
  }
}

function readDevice(text: string, written: string, problems: Problem[]): Device {
  if (isDevice(text)) return text
  problems.push({ message: `${written} ${text} is neither cpu nor cuda` })
  return 'cpu'
}
