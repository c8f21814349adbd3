import { adviceBench } from './advice.ts'
import { billBench } from './bill.ts'
import { coverageBench } from './coverage.ts'
import { gateBench } from './gate.ts'
import { gateLiveBench } from './gate-live.ts'
import { hardwareBench } from './hardware.ts'
import { helpBench } from './help.ts'
import { latencyBench } from './latency.ts'
import { loadBench } from './load.ts'
import { predictionBench } from './prediction.ts'
import { reportBench } from './report.ts'
import { searchBench } from './search.ts'
import { serveBench } from './serve.ts'
import { simulateBench } from './simulate.ts'
import { tuiBench } from './tui.ts'
import { uiPairedBench } from './ui-paired.ts'
import { variantsBench } from './variants.ts'

/** Every benchmark by name: each compares with a peer, or with the truth, in the same run. */
const BENCHES: Readonly<Record<string, () => Promise<string>>> = {
  help: helpBench,
  latency: latencyBench,
  load: loadBench,
  search: searchBench,
  coverage: coverageBench,
  bill: billBench,
  simulate: simulateBench,
  prediction: predictionBench,
  advice: adviceBench,
  serve: serveBench,
  gate: gateBench,
  'gate-live': gateLiveBench,
  hardware: hardwareBench,
  variants: variantsBench,
  tui: tuiBench,
  ui: uiPairedBench,
  report: reportBench,
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in BENCHES))
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`)
  process.exitCode = 2
} else {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (asked.length === 0 || asked.includes(name)) console.log(`\n${name}\n${await bench()}`)
  }
}
