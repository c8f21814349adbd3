import { performance } from 'node:perf_hooks'
import type { Listener } from '../../core/run-event.ts'
import { quadOrder, type Side } from '../../gate/block.ts'
import { type SidesOrder, startSide } from './sides.ts'

/** Start-up times in ms, of the starts of each pair. */
export interface StartUpSeries {
  readonly base: readonly number[]
  readonly head: readonly number[]
}

export interface StartUpOrder extends SidesOrder {
  /** Starts of each side. */
  readonly startUps: number
  readonly notify: Listener
}

/** No further pair is started after so long, ms, unless too few have been to say anything. */
const ENOUGH_MS = 20_000
const LEAST_PAIRS = 3

/** Starts both commands by turns, each alone. Null where a side runs already, or none were asked for. */
export async function measureStartUps(order: StartUpOrder): Promise<StartUpSeries | null> {
  const { base, head, startUps, notify } = order
  if (base.kind !== 'command' || head.kind !== 'command' || startUps === 0) return null
  const commands = { base: base.command, head: head.command }
  const series: Record<Side, number[]> = { base: [], head: [] }
  const startedMs = performance.now()
  notify({ kind: 'step-started', step: 'start-up of both', index: 1, total: 1 })
  for (let pair = 0; pair < startUps; pair++) {
    if (pair >= LEAST_PAIRS && performance.now() - startedMs > ENOUGH_MS) break
    for (const side of quadOrder(pair).slice(0, 2) as Side[]) {
      const running = await startSide(side, commands[side], order)
      series[side].push(running.startUpMs)
      await running.stop()
    }
    notify({ kind: 'progress', finished: pair + 1, total: startUps })
  }
  notify({ kind: 'step-finished', step: 'start-up of both', result: `${series.base.length} starts each` })
  return series
}
