import type { Pace } from '../../src/cloud/pace.ts'

/** How long the others get to do what they do before time moves on, real ms. */
const TURN_MS = 4

/** A clock that jumps from one awaited moment to the next: hours pass in seconds, and in the right order. */
export function simulatedPace(startMs = Date.parse('2026-11-24T12:00:00Z')): Pace & { stop(): void } {
  let nowMs = startMs
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>()
  const pump = setInterval(() => {
    const next = [...sleepers].sort((a, b) => a.atMs - b.atMs)[0]
    if (!next) return
    sleepers.delete(next)
    nowMs = Math.max(nowMs, next.atMs)
    next.wake()
  }, TURN_MS)
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const sleeper = { atMs: nowMs + ms, wake: resolve }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', () => {
          if (sleepers.delete(sleeper)) reject(signal.reason)
        })
      }),
    stop: () => clearInterval(pump),
  }
}
