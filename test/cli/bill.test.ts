import { describe, expect, test } from 'vitest'
import { decimal, exact, sum } from '../../src/core/money.ts'
import builtIn from '../../src/pricing/books/google-cloud.json' with { type: 'json' }
import { plimsoll, useFolder } from './plimsoll.ts'

const { write } = useFolder()

const EXAMPLE = 'scenarios/usage/example.yaml'

interface Printed {
  readonly lines: readonly Readonly<Record<string, unknown> & { usd: string; usageIndex: number }>[]
  readonly credits: readonly { readonly usd: string }[]
  readonly items: readonly { readonly usd: string | null }[]
  readonly usdTotal: string | null
  readonly missing: readonly Readonly<Record<string, unknown>>[]
  readonly book: Readonly<Record<string, unknown>>
  readonly warnings: readonly string[]
}

async function bill(
  text: string,
  ...options: readonly string[]
): Promise<{ code: number | null; json: Printed }> {
  const { code, stdout } = await plimsoll(['bill', write('usage.yaml', text), '--json', ...options])
  return { code, json: JSON.parse(stdout) as Printed }
}

/** The built-in book with another date, or without the prices of a resource. */
function bookFile(name: string, { date = builtIn.date, without = '' } = {}): string {
  const prices = builtIn.prices.filter(({ resource }) => resource !== without)
  return write(name, JSON.stringify({ ...builtIn, date, prices }))
}

describe('plimsoll bill', () => {
  test('prints the example with the arithmetic of every line, its total and its book, in 60 columns too', async () => {
    const { code, stdout, stderr } = await plimsoll(['bill', EXAMPLE])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('334000 vCPU-second × $0.000024 = $8.016')
    expect(stdout).toMatch(/^Total of the month +\$[\d,]+\.\d\d$/m)
    expect(stdout).toMatch(new RegExp(`book of ${builtIn.date} \\(\\d+ days? old\\)`))
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('prints JSON whose lines and credits add up to the total, each line with its SKU, tier, item and source', async () => {
    const { stdout, code } = await plimsoll(['bill', EXAMPLE, '--json'])
    const json = JSON.parse(stdout) as Printed
    expect(code).toBe(0)
    const amounts = [...json.lines, ...json.credits].map(({ usd }) => decimal(usd))
    expect(json.usdTotal).toBe(exact(sum(amounts)))
    expect(exact(sum(json.items.map(({ usd }) => decimal(usd ?? Number.NaN))))).toBe(json.usdTotal)
    for (const line of json.lines) {
      for (const key of [
        'description',
        'quantity',
        'unit',
        'usdPerUnit',
        'usd',
        'arithmetic',
        'region',
        'basis',
        'asOf',
        'source',
      ])
        expect(line[key]).toEqual(expect.any(String))
      expect(line).toHaveProperty('sku')
      expect(json.items[line.usageIndex]).toBeDefined()
    }
    expect(json.missing).toEqual([])
    expect(json.book).toMatchObject({ date: builtIn.date, ageDays: expect.any(Number), currency: 'USD' })
  })

  test('gives the free tier back to those who ask for it', async () => {
    const text = (free: boolean) =>
      `freeTier: ${free}\nusage:\n- { platform: cloud-run, region: us-west2, vcpuSeconds: 1000000, gibSeconds: 1000000 }\n`
    expect((await bill(text(true))).json).toMatchObject({ usdTotal: '31.88', credits: [{ usd: '-5.22' }] })
    expect((await bill(text(false))).json).toMatchObject({ usdTotal: '37.1', credits: [] })
  })

  test('has no total and exits with 1 where the book lacks a price, and names it', async () => {
    const text =
      'usage:\n- { platform: address, region: us-central1 }\n- { platform: gce, region: me-west1, machineType: e2-standard-2, hours: 1 }\n'
    const { code, json } = await bill(text)
    expect([code, json.usdTotal, json.items.map(({ usd }) => usd)]).toEqual([1, null, ['3.65', null]])
    expect(json.missing).toMatchObject([
      { resource: 'gce/e2/cpu', region: 'me-west1', unit: 'vCPU-hour', usageIndex: 1 },
      { resource: 'gce/e2/memory', region: 'me-west1', unit: 'GiB-hour', usageIndex: 1 },
    ])
    const { code: again, stdout } = await plimsoll(['bill', write('gap.yaml', text)])
    expect([again, stdout.includes('Total of the month')]).toEqual([1, false])
    expect(stdout).toMatch(/missing: no price for gce\/e2\/cpu in\s+me-west1/)
    expect(stdout).toContain('No total: 2 prices are missing.')
  })

  test('reads another book, which may lack what the built-in one has', async () => {
    const book = bookFile('lacks.json', { without: 'network/ipv4' })
    const { code, json } = await bill('usage: [{ platform: address, region: us-central1 }]', '--book', book)
    expect([code, json.usdTotal, json.lines]).toEqual([1, null, []])
  })

  test('warns of a book older than 90 days', async () => {
    const book = bookFile('old.json', { date: '2020-01-01' })
    const address = 'usage: [{ platform: address, region: us-central1 }]'
    expect((await bill(address, '--book', book)).json.warnings).toEqual([
      expect.stringMatching(/of 2020-01-01 is \d+ days old/),
    ])
    const { stdout } = await plimsoll(['bill', write('address.yaml', address), '--book', book])
    expect(stdout).toMatch(/^Warning: the price book of 2020-01-01 is/m)
  })

  test('tells all mistakes of a file at once and exits with 2', async () => {
    const file = write(
      'wrong.yaml',
      'usage:\n- { platform: gce, region: us-centrall1, machineType: n1-standard-3, hours: -1 }\n',
    )
    const { code, stdout, stderr } = await plimsoll(['bill', file])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(
      `${file}:2:28 usage[0].region: "us-centrall1" is no region\n    did you mean us-central1?`,
    )
    expect(stderr).toContain('usage[0].machineType: "n1-standard-3" is not a machine type known here')
    expect(stderr).toContain('usage[0].hours: -1 is negative')
    expect(stderr).toContain('3 problems')
  })

  test('says when there is no such file', async () => {
    const { code, stderr } = await plimsoll(['bill', 'nowhere.yaml'])
    expect([code, stderr]).toEqual([2, 'usage file nowhere.yaml does not exist\n    name a YAML file\n'])
  })
})
