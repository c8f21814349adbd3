import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { runRecord, variedRun } from '../fixtures/run.ts'
import { plimsoll, useFolder } from './plimsoll.ts'

const { folder, write } = useFolder()
const run = write('run.json', JSON.stringify(variedRun()))

describe('report', () => {
  test('writes Markdown unless told otherwise, and any format by its name', async () => {
    const markdown = await plimsoll(['report', run])
    expect(markdown.code).toBe(0)
    expect(markdown.stdout).toMatch(/^# harbour: the cheapest deployment/)
    const junit = await plimsoll(['report', run, '--format', 'junit'])
    expect(XMLValidator.validate(junit.stdout)).toBe(true)
    const csv = await plimsoll(['report', run, '-f', 'csv'])
    expect(csv.stdout.split('\r\n')).toHaveLength(12 + 2)
    const annotations = await plimsoll(['report', run, '-f', 'annotations'])
    expect(annotations.stdout).toMatch(/^::notice title=plimsoll%3A harbour::/)
  })

  test('prints the JSON that advise prints', async () => {
    const [report, advise] = await Promise.all([
      plimsoll(['report', run, '--format', 'json']),
      plimsoll(['advise', run, '--json']),
    ])
    expect(report.stdout).toBe(advise.stdout)
  })

  test('writes a file and says so, and nothing on stdout', async () => {
    const out = join(folder, 'deep', 'report.md')
    const { code, stdout, stderr } = await plimsoll(['report', run, '--out', out])
    expect([code, stdout, stderr]).toEqual([0, '', `saved: ${out}\n`])
    expect(readFileSync(out, 'utf8')).toContain('<details><summary>All 12 candidates')
  })

  test('names the formats there are for one that there is not', async () => {
    const { code, stderr } = await plimsoll(['report', run, '--format', 'pdf'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/no report format pdf\n.*markdown, json, html, csv, junit, annotations/)
  })
})

describe('compare', () => {
  const other = write('other.json', JSON.stringify(runRecord({ id: 'b' }, { traffic: { rps: 7 } })))

  test('shows runs side by side and says why they do not compare', async () => {
    const { code, stdout } = await plimsoll(['compare', run, other])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^These runs cannot be compared as they are\.\nThey answer different questions/)
    expect(stdout).toMatch(/settings: traffic\.rps\n {4}A {2}20\n {4}B {2}7\n/)
  })

  test('takes more than two, as JSON and as Markdown', async () => {
    const json = await plimsoll(['compare', run, run, other, '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ schemaVersion: 1, comparable: false })
    expect(JSON.parse(json.stdout).runs).toHaveLength(3)
    const markdown = await plimsoll(['compare', run, run, '--markdown'])
    expect(markdown.stdout).toMatch(/^## Runs side by side\n\n- These runs can be compared\.\n/)
  })

  test('names every file that is no run at once', async () => {
    const { code, stderr } = await plimsoll(['compare', join(folder, 'a.json'), join(folder, 'b.json')])
    expect(code).toBe(2)
    expect(stderr).toMatch(/a\.json: does not exist[\s\S]*b\.json: does not exist/)
  })
})
