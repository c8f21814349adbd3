import { performance } from 'node:perf_hooks'
import { median } from 'simple-statistics'
import { loadPriceBook } from '../src/pricing/price-book.ts'
import { REPORTS, type ReportFormat, writeReport } from '../src/report/index.ts'
import { manyCandidates } from '../test/fixtures/many-candidates.ts'

const CANDIDATES = 500
const ROUNDS = 5

/** Time and size of each report format on many candidates, the loading of the format in the first round included. */
export async function reportBench(): Promise<string> {
  const advice = manyCandidates(CANDIDATES, await loadPriceBook())
  const rows = []
  for (const format of Object.keys(REPORTS) as ReportFormat[]) {
    const ms: number[] = []
    let bytes = 0
    for (let round = 0; round < ROUNDS; round++) {
      const startedMs = performance.now()
      bytes = Buffer.byteLength(await writeReport(format, advice))
      ms.push(performance.now() - startedMs)
    }
    const [first = 0] = ms
    rows.push(
      `  ${format.padEnd(12)} first ${first.toFixed(0).padStart(5)} ms, median ${median(ms).toFixed(0).padStart(5)} ms, ${(bytes / 1e6).toFixed(2)} MB`,
    )
  }
  return [`${CANDIDATES} candidates (aim: under 2 s and 5 MB):`, ...rows].join('\n')
}
