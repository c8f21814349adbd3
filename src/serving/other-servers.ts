import type { OtherServer } from '../core/candidate.ts'

/** What deploying and reaching a server takes. */
export interface ServerRoutes {
  readonly predict: string
  /** Answers 200 when the model is loaded. */
  readonly health: string
  /** Where its image listens unless told otherwise. */
  readonly port: number
}

/**
 * Routes of a server that is not ours.
 *
 * Sources: TensorFlow Serving, RESTful API and the ports of its image; Triton, HTTP/REST protocol and its health
 * endpoints (read 2026-11).
 */
export function serverRoutes({ kind, model }: OtherServer): ServerRoutes {
  const name = encodeURIComponent(model)
  if (kind === 'triton') {
    return { predict: `/v2/models/${name}/infer`, health: `/v2/models/${name}/ready`, port: 8000 }
  }
  return { predict: `/v1/models/${name}:predict`, health: `/v1/models/${name}`, port: 8501 }
}

/** The URL that predicts: the one given, or under a bare host the server's own route. */
export function predictUrl(url: string, server: OtherServer | undefined): string {
  if (server === undefined || new URL(url).pathname !== '/') return url
  return new URL(serverRoutes(server).predict, url).href
}
