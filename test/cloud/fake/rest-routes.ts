import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { FakeProject } from './fake-project.ts'
import { FakeError, HTTP_STATUS } from './fault.ts'

export interface RestRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly bytes: Buffer
  /** The body as JSON; `{}` where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: what the client sent
  readonly body: any
  /** Groups of the route's pattern. */
  readonly params: Readonly<Record<string, string>>
}

/** One route of a REST API. */
export interface RestRoute {
  readonly method: string
  /** Of the whole path, with named groups. */
  readonly path: RegExp
  /** Returns the body: an object as JSON, a Buffer or text as it is, undefined for none. */
  readonly handle: (request: RestRequest) => unknown
  /** Not a call of an API: neither numbered nor faulted, such as the metadata server. */
  readonly uncounted?: true
  readonly headers?: Readonly<Record<string, string>>
}

/** All REST APIs of the fake cloud on one port. */
export async function serveRest(routes: readonly RestRoute[], project: FakeProject): Promise<Server> {
  const server = createServer((request, response) => {
    readAll(request)
      .then((bytes) => route(routes, project, request, response, bytes))
      .catch((error: unknown) => fail(response, error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

async function route(
  routes: readonly RestRoute[],
  project: FakeProject,
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
): Promise<void> {
  const { method = 'GET', headers } = request
  const url = new URL(request.url ?? '/', 'http://fake')
  for (const each of routes) {
    const match = each.method === method ? each.path.exec(decodeURIComponent(url.pathname)) : null
    if (!match) continue
    const asked: RestRequest = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers,
      bytes,
      body: parse(bytes),
      params: match.groups ?? {},
    }
    if (each.uncounted) return send(response, await each.handle(asked), each.headers)
    const arrived = project.arrive(`${method} ${url.pathname}`, asked)
    const answer = await project.answer(arrived, () => each.handle(asked))
    if (answer === 'silent') return
    if (answer === 'cut') return void request.socket.destroy()
    return send(response, answer.reply, each.headers)
  }
  throw new FakeError(5, `the fake cloud has no ${method} ${url.pathname}`)
}

function send(
  response: ServerResponse,
  reply: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const plain = typeof reply === 'string' || Buffer.isBuffer(reply)
  response.writeHead(200, { 'content-type': plain ? 'text/plain' : 'application/json', ...headers })
  response.end(plain ? reply : reply === undefined ? '' : JSON.stringify(reply))
}

function fail(response: ServerResponse, error: unknown): void {
  const known = error instanceof FakeError
  if (!known) console.error(error)
  const code = known ? (HTTP_STATUS[error.code] ?? 500) : 500
  const message = known ? error.message : `the fake cloud has a bug: ${error}`
  response.writeHead(code, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: { code, message, errors: [{ message, reason: 'fake' }] } }))
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return {}
  }
}
