import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A server of node:http on a free port of loopback, closed with its connections when the test ends. */
export async function serveHttp(listener: RequestListener): Promise<string> {
  return listen(createHttpServer(listener))
}

/** A TCP server that hears each chunk that a client sends. */
export async function serveTcp(onData: (socket: Socket, chunk: Buffer) => void): Promise<string> {
  return listen(
    createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (chunk) => onData(socket, chunk))
    }),
  )
}

/** A URL where nothing listens: its port was free a moment ago. */
export async function refusingUrl(): Promise<string> {
  const server = createServer()
  const url = await new Promise<string>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(urlOf(server))),
  )
  await new Promise((resolve) => server.close(resolve))
  return url
}

export async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(urlOf(server))))
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/predict`
}
