import type { PredictRequest } from '../answer-requests.ts'
import { BadRequest } from '../bad-request.ts'

/** What a path and a method ask for. */
export type Route =
  | { readonly kind: 'predict'; readonly protocol: PredictRequest['protocol'] }
  | { readonly kind: Exclude<RouteKind, 'predict'> }

type RouteKind =
  | 'predict'
  | 'health'
  | 'live'
  | 'ready'
  | 'server'
  | 'model'
  | 'model-ready'
  | 'tensorflow-status'
  | 'tensorflow-metadata'
  | 'metrics'

export interface RouteOptions {
  readonly modelName: string
  readonly modelVersion: string
  /** Vertex AI names both in `AIP_PREDICT_ROUTE` and `AIP_HEALTH_ROUTE`. */
  readonly predictRoute: string
  readonly healthRoute: string
}

/** `/v2/models/name/versions/3/infer`, and the same under `/v1` with `:predict`; labels name versions too. */
const MODEL_PATH =
  /^\/(v1|v2)\/models\/([^/:]+)(?:\/(versions|labels)\/([^/:]+))?(\/infer|\/ready|\/metadata|:[a-z]+)?$/

/** @throws BadRequest 404 for a path that is not served, 405 for a method that its path does not take */
export function findRoute(method: string, path: string, options: RouteOptions): Route {
  const { route, methods } = lookUp(path, options)
  if (methods.includes(method)) return route
  throw new BadRequest(
    `${path.slice(0, 100)} takes ${methods.join(' or ')}, not ${method.slice(0, 20)}`,
    405,
    methods,
  )
}

interface Found {
  readonly route: Route
  readonly methods: readonly string[]
}

const READ = ['GET', 'HEAD']

function lookUp(path: string, options: RouteOptions): Found {
  const fixed = FIXED.get(path)
  if (fixed) return { route: { kind: fixed }, methods: READ }
  if (path === options.predictRoute) return predict(protocolOf(path))
  if (path === options.healthRoute || path === '/health') return { route: { kind: 'health' }, methods: READ }
  const match = MODEL_PATH.exec(path)
  const found = match && (match[1] === 'v1' ? tensorflow(match, options) : openInference(match, options))
  if (found) return found
  if (!match && (path === '/predict' || path.endsWith(':predict'))) return predict('vertex')
  throw new BadRequest(
    `${path.slice(0, 100)} is not served; POST to ${options.predictRoute}, /v2/models/${options.modelName}/infer or ` +
      `/v1/models/${options.modelName}:predict`,
    404,
  )
}

/** Vertex AI may be told any route, and `rawPredict` passes any body on to it. */
function protocolOf(predictRoute: string): PredictRequest['protocol'] {
  const match = MODEL_PATH.exec(predictRoute)
  if (match?.[5] === '/infer') return 'open-inference'
  return match ? 'tensorflow' : 'vertex'
}

function predict(protocol: PredictRequest['protocol']): Found {
  return { route: { kind: 'predict', protocol }, methods: ['POST'] }
}

const FIXED: ReadonlyMap<string, Exclude<RouteKind, 'predict'>> = new Map([
  ['/v2', 'server'],
  ['/v2/health/live', 'live'],
  ['/v2/health/ready', 'ready'],
  ['/metrics', 'metrics'],
] as const)

function openInference(
  [, , name = '', by, version, verb]: RegExpExecArray,
  options: RouteOptions,
): Found | undefined {
  if (by === 'labels') return undefined
  requireModel(name, version, options, `unknown model: '${decode(name)}'`)
  if (verb === '/infer') return predict('open-inference')
  if (verb === '/ready') return { route: { kind: 'model-ready' }, methods: READ }
  return verb === undefined ? { route: { kind: 'model' }, methods: READ } : undefined
}

function tensorflow(
  [, , name = '', by, version, verb]: RegExpExecArray,
  options: RouteOptions,
): Found | undefined {
  const wanted =
    version === undefined ? `Latest(${decode(name)})` : `Specific(${decode(name)}, ${decode(version)})`
  requireModel(
    name,
    by === 'labels' ? undefined : version,
    options,
    `Servable not found for request: ${wanted}`,
  )
  if (verb === ':predict') return predict('tensorflow')
  if (verb === ':classify' || verb === ':regress') {
    throw new BadRequest(
      `${verb.slice(1)} takes TensorFlow examples, which a model in ONNX does not; use :predict`,
    )
  }
  if (verb === '/metadata') return { route: { kind: 'tensorflow-metadata' }, methods: READ }
  return verb === undefined ? { route: { kind: 'tensorflow-status' }, methods: READ } : undefined
}

function requireModel(
  name: string,
  version: string | undefined,
  { modelName, modelVersion }: RouteOptions,
  message: string,
): void {
  const rightVersion = version === undefined || decode(version) === modelVersion
  if (decode(name) === modelName && rightVersion) return
  throw new BadRequest(`${message}; this server has ${modelName}, version ${modelVersion}`, 404)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
