import { describe, expect, test } from 'vitest'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { writeReport } from '../../src/report/index.ts'
import { adviseRun } from '../../src/run/advise-run.ts'
import { ADVICE_SCHEMA, asPublishedAdvice } from '../../src/run/schema/advice-schema.ts'
import { cloudRun, vm } from '../fixtures/candidates.ts'
import { runRecord } from '../fixtures/run.ts'

const candidates = [
  vm({ machineType: 'n2-standard-4' }),
  cloudRun({ vcpus: 1, memoryGib: 2, concurrency: 1 }),
]
const curve = { peakRps: 40, shape: 'evening', timeZone: 'UTC', weekendFactor: 1 } as const
const record = runRecord({}, { candidates, traffic: { rps: 20, curve } })
const book = await loadPriceBook()
const options = { effort: { requests: 10_000, leastHours: 24 } }
const advice = adviseRun(record, book, options)
const flowing = (text: string) => text.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ')

describe('A mix that saves', () => {
  test('is beside the winner in the advice, and neither ranked nor the cheapest', () => {
    const { mix, cheapest, verdicts, ties, frontier } = advice
    expect(mix).not.toBeNull()
    const names = verdicts.map(({ candidate }) => candidate.name)
    expect(names.sort()).toEqual(candidates.map(({ name }) => name).sort())
    expect(names).toContain(cheapest)
    for (const name of [...ties, ...frontier]) expect(names).toContain(name)
  })

  test.each(['terminal', 'markdown', 'html'] as const)('is told in %s with both parts', async (format) => {
    const text = flowing(await writeReport(format, advice))
    expect(text.match(/a mix of gce vm n2-standard-4/g)).toHaveLength(1)
    expect(text).toMatch(
      /\(1 replica, up to [\d.]+ requests\/s\) and cloud-run 1cpu 2Gi c1 us-central1 \(the rest\)/,
    )
  })

  test('is in the JSON with every figure, as the schema has it, and with what its split presumes', async () => {
    const json = JSON.parse(await writeReport('json', advice))
    expect(json.mix.base.upToRps).toBe(advice.mix?.base.upToRps)
    expect(ADVICE_SCHEMA.parse(json).mix).toEqual(json.mix)
    expect(asPublishedAdvice(advice).assumptions.map(({ name }) => name)).toContain(
      'A mix is split by its clients',
    )
  })

  test('is looked for with the outlook only: an answer while someone types has none', () => {
    const quick = adviseRun(record, book, { ...options, outlook: false })
    expect(quick.mix).toBeNull()
    expect(quick.verdicts).toEqual(advice.verdicts)
  })
})
