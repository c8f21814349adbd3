import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { type Drive, Driver } from '../../src/load/drive-load.ts'
import type { WindowRecord } from '../../src/load/load-windows.ts'
import type { Sender, SenderListener, SenderOptions } from '../../src/load/sender.ts'

/** Has every reply at once, so that nothing is ever in flight. */
class InstantSender implements Sender {
  readonly sockets = { opened: 0, died: 0, retried: 0 }
  readonly inFlight = 0
  readonly #listener: SenderListener

  constructor(_: SenderOptions, listener: SenderListener) {
    this.#listener = listener
  }

  send(index: number, dueMs: number, begunMs: number): void {
    this.#listener.replied({ index, dueMs, begunMs, sentMs: begunMs }, 200, undefined)
  }

  sweep(): void {}
  close(): void {}
}

const drive: Drive = {
  url: 'http://127.0.0.1:9/',
  http2: false,
  method: 'GET',
  payloads: [{ body: Buffer.alloc(0) }],
  arrival: { kind: 'constant', rps: 20_000 },
  durationS: 2,
  seed: 1,
  warmupRequests: 0,
  connections: 1,
  timeoutMs: 1000,
  connectTimeoutMs: 1000,
  keepBelow: 0,
  sparing: false,
  batches: false,
  thread: 0,
  threads: 1,
}

test('A thread that is behind at the end of a second counts the requests in the second that they were due in', async () => {
  const windows: WindowRecord[] = []
  const startedMs = performance.now()
  const stall = setTimeout(() => {
    while (performance.now() < startedMs + 1300);
  }, 700)
  await new Promise<void>((resolve, reject) => {
    new Driver(drive, InstantSender, startedMs, {
      headers: () => ({}),
      onTick: (tick) => windows.push(...tick.windows),
      onEnd: () => resolve(),
      onError: reject,
    })
  })
  clearTimeout(stall)
  expect(windows.map(({ index, counts }) => [index, counts.ok])).toEqual([
    [0, 20_000],
    [1, 20_000],
  ])
})
