import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Counts the modules that the views load, as the program loads them. */
const COUNT = `
  import { registerHooks } from 'node:module'
  const seen = []
  const load = (url, context, next) => (seen.push(url), next(url, context))
  registerHooks({ load })
  const { withLightInk } = await import('${resolve('dist/tui/kit/light-ink.js')}')
  await withLightInk(() => import('${resolve('dist/tui/explore/run-explore.js')}'))
  const count = (part) => seen.filter((url) => url.includes(part)).length
  console.log(JSON.stringify({
    toolkit: count('/es-toolkit/'),
    // Only React for development has it.
    development: typeof (await import('react')).default.act === 'function',
    simulation: count('/dist/capacity/') + count('/dist/pricing/') + count('/dist/run/'),
    env: process.env.NODE_ENV ?? null,
  }))
`

test('before the first frame neither all of a toolkit, nor React for development, nor what advises is loaded', async () => {
  const { NODE_ENV: _, ...env } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', COUNT], {
    env,
  })
  const loaded = JSON.parse(stdout)
  expect(loaded).toMatchObject({ development: false, simulation: 0, env: null })
  expect(loaded.toolkit).toBeGreaterThan(0)
  expect(loaded.toolkit).toBeLessThan(20)
})
