import {
  describeServedModel,
  describeServer,
  type ServedFacts,
  tensorflowMetadata,
  tensorflowStatus,
} from './describe-server.ts'
import type { Route, RouteOptions } from './routes.ts'
import type { ServerMetrics } from './server-metrics.ts'

/** Every route but prediction. */
export type PlainKind = Exclude<Route['kind'], 'predict'>

interface PlainAnswer {
  readonly status: number
  readonly body: string
  readonly type: string
}

/** Answers a question about the server or its model. Readiness is 503 until predictions are answered. */
export function answerPlain(
  kind: PlainKind,
  options: RouteOptions & { readonly version: string },
  facts: ServedFacts | undefined,
  ready: boolean,
  metrics: Pick<ServerMetrics, 'write'>,
): PlainAnswer {
  const readiness = ready ? 200 : 503
  switch (kind) {
    case 'metrics':
      return { status: 200, body: metrics.write(), type: 'text/plain; version=0.0.4; charset=utf-8' }
    case 'health':
      return json(ready ? {} : { error: 'not ready' }, readiness)
    case 'live':
      return json({ live: true })
    case 'ready':
      // The specification names the field "live", most servers "ready".
      return json({ live: true, ready }, readiness)
    case 'model-ready':
      return json({ name: options.modelName, ready }, readiness)
    case 'server':
      return json(describeServer(options.version))
    case 'tensorflow-status':
      return json(tensorflowStatus(options, ready))
    case 'model':
      return facts ? json(describeServedModel(facts, options)) : notLoaded()
    case 'tensorflow-metadata':
      return facts ? json(tensorflowMetadata(facts, options)) : notLoaded()
  }
}

function notLoaded(): PlainAnswer {
  return json({ error: 'the model is not loaded yet' }, 503)
}

function json(value: unknown, status = 200): PlainAnswer {
  return { status, body: JSON.stringify(value), type: 'application/json' }
}
