import { createServer, type ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { seededRandom } from '../src/core/random.ts'
import { DISTRIBUTIONS } from './distributions.ts'

/**
 * A server of known latency: each reply leaves a drawn time after its request came, to tens of microseconds. Timers
 * are late by up to a millisecond, so it sleeps until shortly before and then turns the event loop over.
 * Arguments: the distribution's name, the seed. Tells its port to its parent.
 */
const [, , name = '', seed = '1'] = process.argv
const draw = DISTRIBUTIONS[name]?.draw
if (!draw) throw new Error(`no distribution ${name}`)
const random = seededRandom(Number(seed))
const due: { readonly atMs: number; readonly response: ServerResponse }[] = []
let turning = false

const server = createServer((request, response) => {
  const atMs = performance.now() + draw(random)
  request.resume()
  const wait = () => {
    due.push({ atMs, response })
    if (!turning) turn()
  }
  const sleepMs = atMs - performance.now() - 2
  if (sleepMs > 0) setTimeout(wait, sleepMs)
  else wait()
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : null)
})
process.on('disconnect', () => process.exit())

function turn(): void {
  const now = performance.now()
  for (let at = due.length - 1; at >= 0; at--) {
    const waiting = due[at]
    if (!waiting || waiting.atMs > now) continue
    waiting.response.end('{}')
    due.splice(at, 1)
  }
  turning = due.length > 0
  if (turning) setImmediate(turn)
}
