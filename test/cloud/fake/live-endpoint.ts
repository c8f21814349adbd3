import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What answers predictions for a "deployed" endpoint. */
export interface Backend {
  /** `http://127.0.0.1:port`, without a path. */
  readonly origin: string
  readonly stop: () => Promise<void>
}

/** The front end of a deployed endpoint: lets in who may, and sends requests on to a live inference server. */
export interface LiveEndpoint {
  readonly origin: string
  readonly host: string
  /** The next request starts an instance. */
  chill(): Promise<void>
  readonly starts: () => number
  stop(): Promise<void>
}

export interface EndpointOrder {
  /** Starts an instance; called at the first request, and at the first after `chill`. */
  readonly start: () => Promise<Backend>
  /** Why a request is not let in: 401 or 403 and a message. Undefined lets it in. */
  readonly refuse?: (authorization: string | undefined) => { status: number; message: string } | undefined
  /** Path of the backend for a path of the front; the same where absent. */
  readonly rewrite?: (path: string) => string
}

export async function startLiveEndpoint(order: EndpointOrder): Promise<LiveEndpoint> {
  let backend: Promise<Backend> | undefined
  let starts = 0
  const running = () => {
    if (backend === undefined) starts++
    backend ??= order.start()
    return backend
  }
  const server = createServer((incoming, outgoing) => {
    const refused = order.refuse?.(incoming.headers.authorization)
    if (refused) return void outgoing.writeHead(refused.status).end(refused.message)
    const path = order.rewrite?.(incoming.url ?? '/') ?? incoming.url ?? '/'
    running().then(
      ({ origin }) => forward(incoming, outgoing, `${origin}${path}`),
      (error: unknown) => outgoing.writeHead(503).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const chill = async () => {
    const old = backend
    backend = undefined
    await (await old?.catch(() => undefined))?.stop()
  }
  return {
    origin: `http://${host}`,
    host,
    chill,
    starts: () => starts,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await chill()
    },
  }
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, url: string): void {
  const { authorization: _, ...headers } = incoming.headers
  const onward = request(url, { method: incoming.method, headers }, (reply) => {
    outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
    reply.pipe(outgoing)
  })
  onward.on('error', () => outgoing.headersSent || outgoing.writeHead(502).end())
  incoming.pipe(onward)
}
