import { useCallback, useSyncExternalStore } from 'react'
import type { RunWatch } from './run-watch.ts'

/** Draws again when there is something new: at once, and then no sooner than this, for a load tells of each request. */
const EVERY_MS = 100

export function useWatch(watch: RunWatch): void {
  const subscribe = useCallback(
    (listener: () => void) => {
      const { hear, forget } = seldom(listener)
      // What came last is drawn before the screen is left.
      const leave = watch.subscribe(() => (watch.hasEnded ? listener() : hear()))
      return () => {
        leave()
        forget()
      }
    },
    [watch],
  )
  useSyncExternalStore(subscribe, () => watch.version)
}

function seldom(listener: () => void) {
  let timer: NodeJS.Timeout | undefined
  let isBehind = false
  const hear = () => {
    isBehind = timer !== undefined
    if (timer) return
    timer = setTimeout(() => {
      timer = undefined
      if (isBehind) hear()
    }, EVERY_MS)
    listener()
  }
  return { hear, forget: () => clearTimeout(timer) }
}
