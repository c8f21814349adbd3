import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { type BillReport, billReport } from '../../src/report/bill.ts'
import { billOf, meter } from '../fixtures/usage-file.ts'

function report(items: readonly string[], freeTier = false): BillReport {
  const bill = billOf(items, { freeTier })
  return {
    schemaVersion: 1,
    file: 'usage.yaml',
    freeTier,
    items: items.map((_, usageIndex) => ({
      usageIndex,
      platform: 'some',
      region: 'us-central1',
      usd: '1234567.895',
    })),
    ...bill,
    notes: meter(...items).notes,
    book: { date: '2026-09-24', ageDays: 1, currency: 'USD', origin: 'built-in', prices: 10 },
    warnings: ['something'],
  }
}

const items = [
  'platform: gce, machineType: n1-standard-4, hours: 300, accelerator: nvidia-tesla-t4',
  'platform: gce, machineType: n1-standard-4, hours: 100, purchase: commit-3yr',
  'platform: cloud-run, vcpuSeconds: 1000, requests: 5',
]

describe('The bill for a terminal', () => {
  test.each([32, 60, 80, 200])('fits into %d columns', (width) => {
    const text = billReport(report(items, true), { width, color: false })
    expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(
      Math.min(width, 100),
    )
  })

  test('has amounts in cents at the right end, and two digits of what is less than a cent', () => {
    const text = billReport(report(items), { width: 60, color: false })
    expect(text).toMatch(/^usage\[0\] some us-central1 +\$1,234,567\.90$/m)
    expect(text).toContain('4 vCPU × 300 h')
    expect(
      billReport(report(['platform: cloud-run, vcpuSeconds: 1']), { width: 60, color: false }),
    ).toContain('$0.000024')
  })

  test('cuts digits that no reader needs, and marks that', () => {
    const text = billReport(report(items), { width: 100, color: false })
    expect(text).toMatch(/× 0\.9216666667… \(sustained use\)/)
    expect(text).not.toMatch(/\d\.\d{16}/)
  })

  test('has notes beneath their items, credits, warnings and the age of the book', () => {
    const text = billReport(report(items, true), { width: 100, color: false })
    expect(text).toContain('note: a commitment is paid for all 730 hours')
    expect(text).toContain('note: no gibSeconds: nothing is billed for memory')
    expect(text).toMatch(/^Cloud Run free tier +-\$0\.02$/m)
    expect(text).toContain('Warning: something.')
    expect(text).toContain('book of 2026-09-24 (1 day old); free tier credits applied.')
  })

  test('is coloured only where that is wanted', () => {
    const csi = String.fromCharCode(27)
    expect(billReport(report(items), { width: 80, color: false })).not.toContain(csi)
    expect(billReport(report(items), { width: 80, color: true })).toContain(`${csi}[1m`)
  })
})
