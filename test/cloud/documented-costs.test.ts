import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { printPlan } from '../../src/cli/print-plan.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { planDeployments } from '../../src/run/deploy/plan-deployments.ts'
import { newRecord } from '../../src/run/run-scenario.ts'
import { readScenario } from '../../src/scenario/read-scenario.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

test('docs/google-cloud.md gives the times and costs that the plan of its scenario has', async () => {
  const page = readFileSync('docs/google-cloud.md', 'utf8')
  const section = page.slice(page.indexOf('### What a measurement costs'), page.indexOf('## 6. Run'))
  const file = join(temporaryFolder(), 'scenario.yaml')
  writeFileSync(file, /```yaml\n(.*?)```/s.exec(section)?.[1] ?? '')
  const { scenario } = readScenario(file)
  if (!scenario.deploy) throw new Error('the scenario of the page does not deploy')
  const record = newRecord(scenario, '0', new Date())
  const plan = printPlan(
    await planDeployments(record, scenario.deploy, await loadPriceBook()),
    scenario.candidates.length,
    undefined,
  )
  const planned = [...plan.matchAll(/^(\S.*)\n(?: {4}creates .*\n)+ {4}takes (.*), costs (.*)$/gm)]
  const rows = [...section.matchAll(/^\| [^|]+ \| `(.+?)` +\| (.+?) +\| (.+?) +\|$/gm)]
  const figures = (matches: readonly RegExpExecArray[]) => matches.map(([, ...rest]) => rest)
  expect(figures(planned)).toHaveLength(scenario.candidates.length)
  expect(figures(rows)).toEqual(figures(planned))
  expect(section).toContain(/in all (\S+ to [^;]+);/.exec(plan)?.[1])
})
