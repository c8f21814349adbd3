import { performance } from 'node:perf_hooks'
import type { ProfilePoint } from '../../core/model-profile.ts'
import type { Sample } from '../session.ts'
import { startSessionProcess } from './session-process.ts'

/** One setting in one round. */
export interface Block {
  readonly point: ProfilePoint
  readonly round: number
  readonly loadMs: readonly number[]
  readonly firstMs: readonly number[]
  readonly timesMs: readonly number[]
  readonly perSecond: number
  readonly peakRssMib: number
}

/** Inferences of each process in a block at most, and time for them. */
const MOST_INFERENCES = 100
const BLOCK_MS = 300
const WARMUP = { count: 3, budgetMs: 100 }

/** Starts the processes of a setting afresh, warms them up, and lets all infer at once. */
export async function measureBlock(
  point: ProfilePoint,
  round: number,
  modelPath: string,
  sample: Sample,
  signal: AbortSignal,
): Promise<Block> {
  const order = { modelPath, threads: point.threads }
  const started = await Promise.allSettled(
    Array.from({ length: point.concurrency }, () => startSessionProcess(order, signal)),
  )
  const processes = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  try {
    const failed = started.find((each) => each.status === 'rejected')
    if (failed) throw failed.reason
    const firstMs: number[] = []
    for (const process of processes) firstMs.push(await process.feed(sample))
    await Promise.all(processes.map((process) => process.run(WARMUP.count, WARMUP.budgetMs)))
    const fromMs = performance.now()
    const runs = await Promise.all(processes.map((process) => process.run(MOST_INFERENCES, BLOCK_MS)))
    const durationS = (performance.now() - fromMs) / 1000
    const timesMs = runs.flatMap((run) => run.timesMs)
    return {
      point,
      round,
      loadMs: processes.map(({ loadMs }) => loadMs),
      firstMs,
      timesMs,
      perSecond: (timesMs.length * point.batch) / durationS,
      peakRssMib: Math.max(...runs.map(({ peakRssMib }) => peakRssMib)),
    }
  } finally {
    await Promise.all(processes.map((process) => process.stop()))
  }
}
