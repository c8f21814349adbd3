import { expect, it } from 'vitest'
import { createFifo } from '../../src/serving/fifo.ts'

it.each([1, 2, 5])(
  'a fifo of %i slots runs as many tasks at once and starts them in order',
  async (slots) => {
    const fifo = createFifo(slots)
    const started: number[] = []
    let [running, most] = [0, 0]
    const tasks = Array.from({ length: 20 }, (_, index) =>
      fifo(async () => {
        started.push(index)
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        running--
        return index
      }),
    )
    expect(await Promise.all(tasks)).toEqual(started)
    expect(started).toEqual(started.toSorted((a, b) => a - b))
    expect(most).toBe(slots)
  },
)

it('a task that fails gives its slot back', async () => {
  const fifo = createFifo(1)
  const failing = fifo(() => Promise.reject(new Error('no')))
  const next = fifo(async () => 'yes')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('yes')
})
