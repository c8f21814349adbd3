import { classifyError } from './classify-error.ts'

export interface Proof {
  readonly url: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  /** What a reply must hold: so many predictions, one per instance of the body; or the outputs of an inference. */
  readonly expect: { readonly predictions: number } | 'outputs'
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Most of a refusal that is repeated to the user, in characters. */
const SHOWN = 200
/** A longer reply is none that could be served. */
const MOST_BYTES = 64 * 2 ** 20

/**
 * Sends one request and looks at the reply, before any load: a page that says 200 to everything is no model.
 * Returns why the endpoint does not predict, or the size of its reply when it does.
 */
export async function proveEndpoint(
  proof: Proof,
): Promise<{ readonly fault: string } | { readonly replyBytes: number }> {
  const { signal, timeoutMs } = proof
  try {
    const { status, text, bytes } = await post(proof)
    const fault = faultOf(status, text, proof)
    return fault === undefined ? { replyBytes: bytes } : { fault }
  } catch (error) {
    signal.throwIfAborted()
    const timedOut = error instanceof Error && error.name === 'TimeoutError'
    if (timedOut) return { fault: `it did not answer within ${timeoutMs} ms` }
    if (error instanceof RangeError) return { fault: 'its reply is over 64 MiB' }
    const { outcome, detail } = classifyError(error instanceof Error ? (error.cause ?? error) : error)
    return { fault: `${outcome} error: ${detail}` }
  }
}

async function post({ url, body, headers, timeoutMs, signal }: Proof) {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const request = {
    method: 'POST',
    body: new Uint8Array(body),
    headers,
    redirect: 'manual',
    signal: limit,
  } as const
  const reply = await fetch(url, request)
  const whole = await readBytes(reply)
  const json = Number(reply.headers.get('inference-header-content-length') ?? whole.length)
  return { status: reply.status, text: whole.toString('utf8', 0, json), bytes: whole.length }
}

/** @throws RangeError when the body is larger than any reply may be */
async function readBytes(reply: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of reply.body ?? []) {
    size += chunk.byteLength
    if (size > MOST_BYTES) throw new RangeError('too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function faultOf(status: number, text: string, { headers, expect }: Proof): string | undefined {
  if (status >= 300 && status < 400) return `it redirects (${status}); give the url it leads to`
  if (status < 200 || status > 299) return `it answered ${status}: ${quote(text, headers)}`
  return expect === 'outputs' ? checkOutputs(text) : checkPredictions(text, expect.predictions)
}

const PLAIN_HEADERS: ReadonlySet<string> = new Set(['content-type', 'inference-header-content-length'])

/** The beginning of a reply, on one line, and without what let the request in if the server echoes it. */
function quote(text: string, headers: Proof['headers']): string {
  const secrets = Object.entries(headers).flatMap(([name, value]) =>
    PLAIN_HEADERS.has(name.toLowerCase()) ? [] : [value.replace(/^Bearer /, '')],
  )
  const safe = secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '***')), text)
  return safe
    .slice(0, SHOWN)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
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

function checkOutputs(text: string): string | undefined {
  const wanted = 'a reply like {"outputs": [{"name": …, "shape": …, "datatype": …}]}'
  try {
    const outputs: unknown = JSON.parse(text)?.outputs
    const sound = Array.isArray(outputs) && outputs.length > 0
    return sound ? undefined : `its reply has no outputs; expected ${wanted}`
  } catch {
    return `its reply is not JSON; expected ${wanted}`
  }
}
