import { describe, expect, it } from 'vitest'
import type { Answers, PredictRequest } from '../../../src/serving/answer-requests.ts'
import { Dispatcher, type Executor } from '../../../src/serving/server/dispatcher.ts'

const never = new AbortController().signal
const requestOf = (name: string): PredictRequest => ({
  protocol: 'vertex',
  body: Buffer.from(name),
  encoding: 'identity',
  target: { name: 'm', version: '1' },
})
const nameOf = ({ body }: { readonly body: Uint8Array }) => Buffer.from(body).toString()

/** Answers each batch with the names of its requests, when it is told to. */
function slowExecutor() {
  const batches: string[][] = []
  let finish: (error?: Error) => void = () => {}
  const executor: Executor = {
    answer: (requests) => {
      batches.push(requests.map(nameOf))
      const answers: Answers = { replies: requests.map(({ body }) => ({ status: 200, body })), runs: [] }
      return new Promise((resolve, reject) => {
        finish = (error) => (error ? reject(error) : resolve(answers))
      })
    },
  }
  return { executor, batches, finish: (error?: Error) => finish(error) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a dispatcher', () => {
  it('hands over in order what waited, as many as a batch takes, and answers each its own', async () => {
    const { executor, batches, finish } = slowExecutor()
    const dispatcher = new Dispatcher({ maxBatch: 3, maxDelayMs: 0 })
    dispatcher.add(executor)
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => dispatcher.submit(requestOf(name), never))
    expect([batches, dispatcher.queued, dispatcher.busy]).toEqual([[['a']], 4, 1])
    for (let batch = 0; batch < 3; batch++) {
      finish()
      await settled()
    }
    expect(batches).toEqual([['a'], ['b', 'c', 'd'], ['e']])
    expect((await Promise.all(all)).map(({ reply }) => nameOf(reply))).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect([dispatcher.queued, dispatcher.busy]).toEqual([0, 0])
  })

  it('shares what waits between those that are idle', async () => {
    const [one, two] = [slowExecutor(), slowExecutor()]
    const dispatcher = new Dispatcher({ maxBatch: 8, maxDelayMs: 0 })
    const all = ['a', 'b', 'c', 'd'].map((name) => dispatcher.submit(requestOf(name), never))
    dispatcher.add(one.executor)
    expect(one.batches).toEqual([['a', 'b', 'c', 'd']])
    const more = ['e', 'f', 'g'].map((name) => dispatcher.submit(requestOf(name), never))
    dispatcher.add(two.executor)
    one.finish()
    two.finish()
    await Promise.all([...all, ...more])
    expect(two.batches).toEqual([['e', 'f', 'g']])
  })

  it('lets the first of a batch wait for company, until the batch is full', async () => {
    const { executor, batches, finish } = slowExecutor()
    const dispatcher = new Dispatcher({ maxBatch: 2, maxDelayMs: 3_600_000 })
    dispatcher.add(executor)
    const first = dispatcher.submit(requestOf('a'), never)
    await settled()
    expect(batches).toEqual([])
    const second = dispatcher.submit(requestOf('b'), never)
    expect(batches).toEqual([['a', 'b']])
    finish()
    await Promise.all([first, second])
  })

  it('does not let it wait for longer than it may', async () => {
    const { executor, batches, finish } = slowExecutor()
    const dispatcher = new Dispatcher({ maxBatch: 2, maxDelayMs: 5 })
    dispatcher.add(executor)
    const only = dispatcher.submit(requestOf('a'), never)
    while (batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    finish()
    expect((await only).queueMs).toBeGreaterThan(4)
  })

  it('drops a request whose client has gone, and only before it runs', async () => {
    const { executor, batches, finish } = slowExecutor()
    const dispatcher = new Dispatcher({ maxBatch: 1, maxDelayMs: 0 })
    dispatcher.add(executor)
    const gone = new AbortController()
    const running = dispatcher.submit(requestOf('a'), never)
    const waiting = dispatcher.submit(requestOf('b'), gone.signal)
    gone.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    await expect(dispatcher.submit(requestOf('c'), gone.signal)).rejects.toThrow('gone')
    finish()
    await running
    expect([batches, dispatcher.queued]).toEqual([[['a']], 0])
  })

  it('fails the requests of an executor that fails, and goes on with the next', async () => {
    const { executor, finish } = slowExecutor()
    const dispatcher = new Dispatcher({ maxBatch: 1, maxDelayMs: 0 })
    dispatcher.add(executor)
    const failing = dispatcher.submit(requestOf('a'), never)
    const next = dispatcher.submit(requestOf('b'), never)
    finish(new Error('broke'))
    await expect(failing).rejects.toThrow('broke')
    finish()
    expect(nameOf((await next).reply)).toBe('b')
    dispatcher.remove(executor)
    expect([dispatcher.executors, dispatcher.busy]).toEqual([0, 0])
  })
})
