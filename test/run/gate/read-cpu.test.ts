import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { readCpuMs } from '../../../src/run/gate/read-cpu.ts'

const SPIN = 'const until = performance.now() + 300; while (performance.now() < until);'
/** A shell, which does nothing, and a child that says when it is done. */
const group = (script: string) =>
  spawn(
    '/bin/sh',
    ['-c', `"${process.execPath}" -e '${script} console.log(1); setInterval(() => {}, 1000)'; :`],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )

test.skipIf(process.platform !== 'linux')(
  'the CPU time of a group is that of all its processes',
  async () => {
    const children = [group(SPIN), group('')]
    try {
      await Promise.all(children.map(({ stdout }) => once(stdout, 'data')))
      const [busy = 0, idle = 0] = children.map(({ pid }) => readCpuMs(pid ?? 0) ?? 0)
      expect(idle).toBeGreaterThan(1)
      expect(busy).toBeGreaterThan(idle)
    } finally {
      for (const { pid } of children) process.kill(-(pid ?? 0), 'SIGKILL')
      await Promise.all(children.map((child) => once(child, 'close')))
    }
  },
)

test('a group that is not there has none', () => {
  expect(readCpuMs(2 ** 30)).toBeUndefined()
})
