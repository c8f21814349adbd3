import { type AddressInfo, connect, createServer, type Socket, type Server as TcpServer } from 'node:net'
import { protos } from '@google-cloud/billing'
import * as grpc from '@grpc/grpc-js'
import type { RawSku } from '../../../src/pricing/catalog/read-sku.ts'
import { SERVICES, type ServiceKey } from '../../../src/pricing/catalog/services.ts'

const { ListSkusRequest, ListSkusResponse } = protos.google.cloud.billing.v1

type ListRequest = protos.google.cloud.billing.v1.IListSkusRequest

/** What the server does instead of answering. */
export type Fault =
  /** Fails with a gRPC status, and may ask to be left alone for some seconds. */
  | { readonly code: grpc.status; readonly details: string; readonly retryAfterS?: number }
  /** Sends a part of the page and cuts the connection. */
  | 'cut'
  /** Never answers. */
  | 'hang'

export interface FakeCatalog {
  readonly port: number
  /** In the order they came, those that failed among them. */
  readonly requests: readonly ListRequest[]
  /** Value of a header in each request. */
  readonly headers: (name: string) => readonly string[]
  /** Resolves when so many requests have come. */
  readonly untilRequests: (count: number) => Promise<void>
  readonly close: () => Promise<void>
}

interface Script {
  readonly listed: Partial<Record<ServiceKey, readonly RawSku[]>>
  /** SKUs a page; the server may give fewer than were asked for. */
  readonly pageSize?: number
  /** @param count of this request, from 1 */
  readonly fault?: (count: number, request: ListRequest) => Fault | undefined
  readonly credentials?: grpc.ServerCredentials
}

/** Bytes of a page that get through before its connection is cut; pages of these tests are longer. */
const CUT_AFTER_BYTES = 300

/** A Cloud Billing Catalog on 127.0.0.1 that speaks gRPC, with the messages of the client library's own protos. */
export async function startFakeCatalog(script: Script): Promise<FakeCatalog> {
  const requests: ListRequest[] = []
  const metadata: grpc.Metadata[] = []
  const waiting: (() => void)[] = []
  const server = new grpc.Server()
  const line = cuttableLine()
  server.addService(SERVICE, {
    listSkus: (call: grpc.ServerUnaryCall<ListRequest, unknown>, reply: grpc.sendUnaryData<unknown>) => {
      requests.push(call.request)
      metadata.push(call.metadata)
      for (const look of waiting) look()
      const fault = script.fault?.(requests.length, call.request)
      if (fault === 'hang') return
      if (fault === 'cut') line.cutAfter(CUT_AFTER_BYTES)
      else if (fault) return reply(failure(fault))
      reply(null, pageOf(script, call.request))
    },
  })
  const inner = await bind(server, script.credentials ?? grpc.ServerCredentials.createInsecure())
  const outer = await line.open(inner)
  return {
    port: (outer.address() as AddressInfo).port,
    requests,
    headers: (name) => metadata.map((each) => String(each.get(name)[0] ?? '')),
    untilRequests: (count) =>
      new Promise((resolve) => {
        const look = () => requests.length >= count && resolve()
        waiting.push(look)
        look()
      }),
    close: async () => {
      await line.close(outer)
      server.forceShutdown()
    },
  }
}

const SERVICE = {
  listSkus: {
    path: '/google.cloud.billing.v1.CloudCatalog/ListSkus',
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: ListRequest) => Buffer.from(ListSkusRequest.encode(value).finish()),
    requestDeserialize: (bytes: Buffer) => ListSkusRequest.decode(bytes),
    responseSerialize: (value: object) =>
      Buffer.from(ListSkusResponse.encode(ListSkusResponse.fromObject(value)).finish()),
    responseDeserialize: (bytes: Buffer) => ListSkusResponse.decode(bytes),
  },
} as const

function pageOf(
  { listed, pageSize = 5000 }: Script,
  { parent, pageToken, pageSize: asked }: ListRequest,
): object {
  const key = (Object.keys(SERVICES) as ServiceKey[]).find(
    (each) => parent === `services/${SERVICES[each].id}`,
  )
  const skus = (key && listed[key]) ?? []
  const from = Number(pageToken || 0)
  const to = from + Math.min(pageSize, asked || pageSize)
  return { skus: skus.slice(from, to), nextPageToken: to < skus.length ? String(to) : '' }
}

function failure({ code, details, retryAfterS }: Exclude<Fault, string>): grpc.ServiceError {
  const metadata = new grpc.Metadata()
  if (retryAfterS !== undefined) metadata.set('grpc-status-details-bin', retryInfo(code, retryAfterS))
  return Object.assign(new Error(details), { code, details, metadata })
}

/** google.rpc.Status with a google.rpc.RetryInfo in it, as the API answers when a quota is spent. */
function retryInfo(code: number, seconds: number): Buffer {
  const field = (tag: number, bytes: Uint8Array) => Buffer.concat([Buffer.from([tag, bytes.length]), bytes])
  const duration = Buffer.from([0x08, seconds])
  const any = Buffer.concat([
    field(0x0a, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')),
    field(0x12, field(0x0a, duration)),
  ])
  return Buffer.concat([Buffer.from([0x08, code]), field(0x1a, any)])
}

function bind(server: grpc.Server, credentials: grpc.ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error ? reject(error) : resolve(port)))
  })
}

/** A TCP line to another port of this machine that can be cut in the middle of what it carries back. */
function cuttableLine() {
  let allowance = Number.POSITIVE_INFINITY
  const sockets = new Set<Socket>()
  const carry = (inner: number) => (near: Socket) => {
    const far = connect(inner, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
    }
    near.on('close', () => far.destroy()).pipe(far)
    far
      .on('close', () => near.destroy())
      .on('data', (bytes: Buffer) => {
        near.write(bytes.subarray(0, Math.max(0, allowance)))
        allowance -= bytes.length
        if (allowance > 0) return
        allowance = Number.POSITIVE_INFINITY
        near.end()
        far.destroy()
      })
  }
  return {
    cutAfter: (bytes: number) => {
      allowance = bytes
    },
    open: (inner: number) =>
      new Promise<TcpServer>((resolve) => {
        const server = createServer(carry(inner)).listen(0, '127.0.0.1', () => resolve(server))
      }),
    close: (server: TcpServer) =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
