import { classifyError } from './classify-error.ts'

export interface Proof {
  readonly url: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  /** Predictions that the reply must hold: one per instance of the body. */
  readonly instances: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Most of a refusal that is repeated to the user, in characters. */
const SHOWN = 200

/**
 * Sends one request and looks at the reply, before any load: a page that says 200 to everything is no model.
 * Returns why the endpoint does not predict, or undefined when it does.
 */
export async function proveEndpoint({
  url,
  body,
  headers,
  instances,
  timeoutMs,
  signal,
}: Proof): Promise<string | undefined> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const reply = await fetch(url, {
      method: 'POST',
      body: new Uint8Array(body),
      headers,
      redirect: 'manual',
      signal: limit,
    })
    const text = await reply.text()
    if (reply.status >= 300 && reply.status < 400)
      return `it redirects (${reply.status}); give the url it leads to`
    if (!reply.ok) return `it answered ${reply.status}: ${quote(text, headers)}`
    return checkPredictions(text, instances)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Error && error.name === 'TimeoutError')
      return `it did not answer within ${timeoutMs} ms`
    const { outcome, detail } = classifyError(error instanceof Error ? (error.cause ?? error) : error)
    return `${outcome} error: ${detail}`
  }
}

/** The beginning of a reply, on one line, and without the token if the server echoes it. */
function quote(text: string, headers: Proof['headers']): string {
  const token = headers.authorization?.replace(/^Bearer /, '')
  const safe = token ? text.replaceAll(token, '***') : text
  return safe.slice(0, SHOWN).replace(/\s+/g, ' ').trim()
}

function checkPredictions(text: string, instances: number): string | undefined {
  const wanted = `a reply like {"predictions": […]} with ${instances} of them`
  try {
    const predictions: unknown = JSON.parse(text)?.predictions
    if (!Array.isArray(predictions)) return `its reply has no predictions; expected ${wanted}`
    return predictions.length === instances
      ? undefined
      : `it gave ${predictions.length} predictions; expected ${wanted}`
  } catch {
    return `its reply is not JSON; expected ${wanted}`
  }
}
