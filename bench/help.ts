import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { median, quantile } from 'simple-statistics'

const PAIRS = 40

/** Whole-process time of `plimsoll --help` against `node -e 0`, in turn. */
export async function helpBench(): Promise<string> {
  const help = () => timeMs(['dist/cli/main.js', '--help'])
  const nothing = () => timeMs(['-e', '0'])
  for (let warmup = 0; warmup < 3; warmup++) [help(), nothing()]
  const pairs = Array.from({ length: PAIRS }, () => ({ help: help(), nothing: nothing() }))
  const ratios = pairs.map((pair) => pair.help / pair.nothing)
  return [
    `plimsoll --help    median ${median(pairs.map((pair) => pair.help)).toFixed(1)} ms`,
    `node -e 0          median ${median(pairs.map((pair) => pair.nothing)).toFixed(1)} ms`,
    `ratio, ${PAIRS} pairs    median ${median(ratios).toFixed(2)}, p90 ${quantile(ratios, 0.9).toFixed(2)} (aim: at most 2)`,
  ].join('\n')
}

function timeMs(args: readonly string[]): number {
  const start = performance.now()
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`${args.join(' ')} exited with ${status}`)
  return performance.now() - start
}
