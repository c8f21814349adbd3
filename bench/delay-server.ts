import { createServer, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { seededRandom } from '../src/core/random.ts'
import { DISTRIBUTIONS } from './distributions.ts'

/**
 * A server of known latency: each reply leaves a drawn time after its request came, to tens of microseconds. Timers
 * are late by up to a millisecond, so it never sleeps while it owes a reply. It takes each piece of data for one whole
 * request, which spares it the time that an HTTP parser takes.
 * Arguments: the distribution's name, the seed. Tells its port to its parent, and when asked, how often it slipped.
 */
const [, , name = '', seed = '1'] = process.argv
const draw = DISTRIBUTIONS[name]?.draw
if (!draw) throw new Error(`no distribution ${name}`)
const random = seededRandom(Number(seed))
const body = '{"predictions":[1]}'
const reply = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
/** By when they are due. */
const held: { readonly atMs: number; readonly socket: Socket }[] = []
let waiting = false
/** Replies later than that were not of the distribution, ms. */
const slipMs = 1
const replies = { all: 0, slipped: 0 }

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {})
  socket.on('data', () => {
    const atMs = performance.now() + draw(random)
    let place = held.length
    while (place > 0 && (held[place - 1]?.atMs ?? 0) > atMs) place--
    held.splice(place, 0, { atMs, socket })
    if (!waiting) serve()
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : null)
})
process.on('message', () => process.send?.(replies.slipped / replies.all))
process.on('disconnect', () => process.exit())

function serve(): void {
  while ((held[0]?.atMs ?? Number.POSITIVE_INFINITY) <= performance.now()) answer(held.shift())
  waiting = held.length > 0
  if (waiting) setImmediate(serve)
}

function answer(next: (typeof held)[number] | undefined): void {
  if (!next) return
  replies.all++
  if (performance.now() - next.atMs > slipMs) replies.slipped++
  next.socket.write(reply)
}
