/** Why a step ended without a result: its user wants to go on without it. */
export class Skipped extends Error {
  override readonly name = 'Skipped'
}

/** Why a run ended early: its user wants the advice on what there is. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** What a user may ask of a run under way; the run looks between its steps, and passes on what ends one. */
export class RunControl {
  #resume: (() => void) | undefined
  #paused: Promise<void> | undefined
  #step: AbortController | undefined
  readonly #stopping = new AbortController()

  get isPaused(): boolean {
    return this.#paused !== undefined
  }

  /** The load under way ends with what it has measured; nothing else begins. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  /** Before the next step; the one under way is finished, for a measurement cannot stand still. */
  pause(): void {
    if (this.#paused) return
    this.#paused = new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  resume(): void {
    this.#resume?.()
    this.#paused = undefined
  }

  get canSkip(): boolean {
    return this.#step !== undefined
  }

  /** Gives up the step under way, where it may be given up. */
  skip(): void {
    this.#step?.abort(new Skipped('skipped'))
  }

  stop(): void {
    this.#stopping.abort(new Stopped('stopped'))
    this.resume()
  }

  /** Waits while the run is paused. @throws Stopped; the reason of the signal when that is aborted */
  async ready(signal: AbortSignal): Promise<void> {
    while (this.#paused) {
      const gone = Promise.withResolvers<never>()
      const abort = () => gone.reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      try {
        await Promise.race([this.#paused, gone.promise])
      } finally {
        signal.removeEventListener('abort', abort)
      }
    }
    signal.throwIfAborted()
    this.#stopping.signal.throwIfAborted()
  }

  /** Runs one step that may be given up. @throws Skipped when it is */
  async skippable<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const step = new AbortController()
    this.#step = step
    try {
      return await work(AbortSignal.any([signal, step.signal]))
    } finally {
      this.#step = undefined
    }
  }
}
