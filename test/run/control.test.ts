import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/core/run-event.ts'
import { RunControl, Skipped, Stopped } from '../../src/run/control.ts'
import { runSteps, type Step } from '../../src/run/steps.ts'

const never = new AbortController().signal

function until(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

function watch(steps: readonly Step[], control: RunControl) {
  const events: RunEvent[] = []
  const done = runSteps(steps, { signal: never, notify: (event) => events.push(event), control })
  const results = () =>
    events.flatMap((event) => (event.kind === 'step-finished' ? [`${event.step}: ${event.result}`] : []))
  return { events, done, results }
}

const quick = (name: string): Step => ({ name, run: async () => 'done' })

describe('A run under control', () => {
  test('pauses after the step under way and goes on when told to', async () => {
    const control = new RunControl()
    const first: Step = {
      name: 'first',
      run: async () => {
        control.pause()
        return 'done'
      },
    }
    const { done, results, events } = watch([first, quick('second')], control)
    while (results().length === 0) await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(control.isPaused).toBe(true)
    expect(events.filter(({ kind }) => kind === 'step-started')).toHaveLength(1)
    control.resume()
    await done
    expect(results()).toEqual(['first: done', 'second: done'])
  })

  test('skips a step that may be skipped, and no other', async () => {
    const control = new RunControl()
    const slow: Step = { name: 'slow', run: until, skipped: () => 'skipped' }
    const { done, results } = watch([slow, quick('next')], control)
    while (!control.canSkip) await new Promise(setImmediate)
    control.skip()
    await done
    expect(results()).toEqual(['slow: skipped', 'next: done'])
    expect(control.canSkip).toBe(false)
  })

  test('stops: a step that ends early ends with its result, and nothing begins', async () => {
    const control = new RunControl()
    const early: Step = {
      name: 'early',
      endsEarly: true,
      run: async () => {
        await until(control.stopping).catch(() => {})
        return 'partial'
      },
    }
    const { done, results } = watch([early, quick('next')], control)
    setImmediate(() => control.stop())
    await expect(done).rejects.toThrow(Stopped)
    expect(results()).toEqual(['early: partial'])
  })

  test('stops a step that has nothing to end with at once, also while paused', async () => {
    const control = new RunControl()
    const { done } = watch([{ name: 'endless', run: until }], control)
    setImmediate(() => control.stop())
    await expect(done).rejects.toThrow(Stopped)
    const paused = new RunControl()
    paused.pause()
    const waiting = watch([quick('never')], paused)
    setImmediate(() => paused.stop())
    await expect(waiting.done).rejects.toThrow(Stopped)
    expect(waiting.events).toEqual([])
  })

  test('ends a pause when its signal is aborted', async () => {
    const control = new RunControl()
    control.pause()
    const aborting = new AbortController()
    const done = runSteps([quick('never')], { signal: aborting.signal, notify: () => {}, control })
    setImmediate(() => aborting.abort(new Skipped('gone')))
    await expect(done).rejects.toThrow('gone')
  })
})
