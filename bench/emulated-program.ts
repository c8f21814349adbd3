import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import headless from '@xterm/headless'

/** The built program on a pseudo-terminal of `script`, and an emulator that holds what it shows. */
export class EmulatedProgram {
  readonly startedAt = performance.now()
  readonly #child: ChildProcess
  readonly #emulator: headless.Terminal
  readonly #watchers = new Set<() => void>()

  constructor(args: readonly string[], { columns = 80, rows = 24, cwd = process.cwd() } = {}) {
    this.#emulator = new headless.Terminal({ cols: columns, rows, allowProposedApi: true })
    const command = [process.execPath, ...args].map((word) => `'${word}'`).join(' ')
    const shell = `stty rows ${rows} cols ${columns}; exec env -u CI TERM=xterm-256color ${command}`
    this.#child = spawn('script', ['-qfec', shell, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'], cwd })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#emulator.write(text, () => {
        for (const watch of this.#watchers) watch()
      })
    })
  }

  type(bytes: string): void {
    this.#child.stdin?.write(bytes)
  }

  /** Rows as they are shown, trailing blanks cut. */
  screen(): string[] {
    const { active } = this.#emulator.buffer
    return Array.from({ length: this.#emulator.rows }, (_, row) => {
      return active.getLine(active.baseY + row)?.translateToString(true) ?? ''
    })
  }

  /** @returns when the screen first was so, ms of the monotonic clock */
  until(isSo: (screen: readonly string[]) => boolean): Promise<number> {
    return new Promise((resolve) => {
      const watch = () => {
        if (!isSo(this.screen())) return
        this.#watchers.delete(watch)
        resolve(performance.now())
      }
      this.#watchers.add(watch)
      watch()
    })
  }

  async end(bytes: string): Promise<void> {
    const closed = once(this.#child, 'close')
    this.type(bytes)
    await closed
  }

  /** Of what ends by itself. @returns its exit code */
  async ended(): Promise<number> {
    const [code] = (await once(this.#child, 'close')) as [number]
    return code
  }
}
