import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A TCP line to another port of this machine, each connection of which can be cut. */
export interface TcpLine {
  readonly port: number
  /** Cuts the connection that the server behind the line knows by this address: `127.0.0.1:4711`. */
  cut(peer: string): void
  close(): Promise<void>
}

export async function openLine(inner: number): Promise<TcpLine> {
  const pairs = new Map<string, () => void>()
  const server: Server = createServer((near) => {
    const far: Socket = connect(inner, '127.0.0.1')
    const end = () => {
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.setNoDelay(true).on('error', end).on('close', end)
    far.once('connect', () => {
      const peer = `127.0.0.1:${(far.address() as AddressInfo).port}`
      pairs.set(peer, end)
      far.once('close', () => pairs.delete(peer))
    })
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    cut: (peer) => pairs.get(peer)?.(),
    close: () =>
      new Promise<void>((resolve) => {
        for (const end of pairs.values()) end()
        server.close(() => resolve())
      }),
  }
}
