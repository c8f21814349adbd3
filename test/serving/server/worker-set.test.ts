import { expect, it } from 'vitest'
import { Dispatcher } from '../../../src/serving/server/dispatcher.ts'
import type { InferenceWorker } from '../../../src/serving/server/start-worker.ts'
import { WorkerSet } from '../../../src/serving/server/worker-set.ts'
import { silentLog } from '../../../src/serving/server/write-log.ts'

function fakeWorker() {
  const ended = Promise.withResolvers<Error>()
  const worker: InferenceWorker = {
    loaded: { inputs: [], outputs: [], loadMs: 1, onnxruntime: '1' },
    ended: ended.promise,
    stop: async () => ended.resolve(new Error('stopped')),
    answer: async () => ({ replies: [], runs: [] }),
  }
  return { worker, die: () => ended.resolve(new Error('died')) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

it('a worker that dies is replaced, and one that cannot be leaves the others to go on', async () => {
  const workers = [fakeWorker(), fakeWorker(), fakeWorker()]
  const waiting = [...workers]
  const dispatcher = new Dispatcher({ maxBatch: 1, maxDelayMs: 0 })
  const start = async () => waiting.shift()?.worker ?? Promise.reject(new Error('no more'))
  const set = new WorkerSet(start, dispatcher, silentLog)
  await set.load(2)
  expect(dispatcher.executors).toBe(0)
  set.begin()
  expect(dispatcher.executors).toBe(2)
  workers[0]?.die()
  await settled()
  expect([dispatcher.executors, waiting.length]).toEqual([2, 0])
  workers[1]?.die()
  await settled()
  expect(dispatcher.executors).toBe(1)
  workers[2]?.die()
  await expect(set.broken).rejects.toThrow('died')
})

it('workers that are stopped are not replaced', async () => {
  const dispatcher = new Dispatcher({ maxBatch: 1, maxDelayMs: 0 })
  let started = 0
  const start = async () => {
    started++
    return fakeWorker().worker
  }
  const set = new WorkerSet(start, dispatcher, silentLog)
  await set.load(3)
  set.begin()
  await set.stop()
  await settled()
  expect([started, dispatcher.executors]).toEqual([3, 0])
})

it('a set of which one cannot load fails with its reason', async () => {
  const good = fakeWorker()
  let calls = 0
  const start = async () => (calls++ === 0 ? good.worker : Promise.reject(new Error('no model')))
  const set = new WorkerSet(start, new Dispatcher({ maxBatch: 1, maxDelayMs: 0 }), silentLog)
  await expect(set.load(2)).rejects.toThrow('no model')
  await set.stop()
  expect(await good.worker.ended).toEqual(new Error('stopped'))
})
