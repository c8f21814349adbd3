import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { WorldError } from '../../core/errors.ts'
import { readCpuMs } from './read-cpu.ts'

export interface CommandOrder {
  /** Run by the shell; it finds the port to listen on in the environment variable PORT. */
  readonly command: string
  /** Whose it is, for messages, e.g. `head`. */
  readonly name: string
  /** Of the request that shows that it is ready, and of all others. */
  readonly path: string
  /** Sends that request. Resolves to its HTTP status; rejects while nothing answers. */
  readonly ask: (url: string, signal: AbortSignal) => Promise<number>
  readonly readyWithinMs: number
  readonly signal: AbortSignal
}

export interface RunningCommand {
  readonly url: string
  /** From starting the process to its first answer. */
  readonly startUpMs: number
  /** CPU time that its process group has had, ms; undefined where the system does not tell. */
  cpuMs(): number | undefined
  /** Ends the process and everything that it started, and waits until they are gone. */
  stop(): Promise<void>
}

/** Between two tries of a server that is starting, ms: what a start-up time is exact to. */
const LOOK_MS = 10
/** Time that processes get to end before they are killed, ms. */
const GRACE_MS = 2000
const KEPT = 2000

/**
 * Starts a server in a process group of its own and waits until it answers.
 * @throws WorldError when it ends, refuses the request, or is not ready in time; nothing of it is left running
 */
export async function startCommand(order: CommandOrder): Promise<RunningCommand> {
  order.signal.throwIfAborted()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}${order.path}`
  const startedMs = performance.now()
  const child = spawn('/bin/sh', ['-c', order.command], {
    detached: true,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const readStderr = keepStderr(child)
  const stop = stopper(child, order.signal)
  try {
    await awaitReady(order, url, child, readStderr)
    const startUpMs = performance.now() - startedMs
    return { url, startUpMs, cpuMs: () => (child.pid === undefined ? undefined : readCpuMs(child.pid)), stop }
  } catch (error) {
    await stop()
    order.signal.throwIfAborted()
    throw error
  }
}

async function awaitReady(
  { command, name, ask, readyWithinMs, signal }: CommandOrder,
  url: string,
  child: ChildProcess,
  readStderr: () => string,
): Promise<void> {
  const until = performance.now() + readyWithinMs
  const limit = AbortSignal.any([signal, AbortSignal.timeout(readyWithinMs)])
  let seen = 'nothing answered'
  while (performance.now() < until) {
    signal.throwIfAborted()
    if (child.exitCode !== null || child.signalCode !== null) {
      const how = child.signalCode ? `was ended by ${child.signalCode}` : `exited with code ${child.exitCode}`
      throw notStarted(`the ${name} command ${how} before it answered`, command, readStderr())
    }
    const status = await ask(url, limit).catch(() => undefined)
    if (status !== undefined && status >= 200 && status < 300) return
    if (status !== undefined) seen = `it answered ${status}`
    if (status !== undefined && status >= 300 && status < 500) {
      throw notStarted(`the ${name} command refuses the request: ${seen} at ${url}`, command, WRONG_REQUEST)
    }
    await sleep(LOOK_MS)
  }
  const message = `the ${name} command was not ready within ${readyWithinMs / 1000} s: ${seen} at ${url}`
  throw notStarted(message, command, readStderr())
}

const WRONG_REQUEST = 'see whether --path, --method and --body are what it takes'

function notStarted(message: string, command: string, stderr: string): WorldError {
  const hint =
    whatItSaid(stderr).join('\n    ') ||
    `it has to listen on 127.0.0.1, at the port that the environment variable PORT names`
  return new WorldError(`${message} (${command})`, { hint })
}

/** Its last error, which a stack may bury, else its last lines. */
function whatItSaid(stderr: string): string[] {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const error = lines.findLastIndex((line) => /^\S*(error|exception|fatal)\b/i.test(line))
  return error < 0 ? lines.slice(-3) : lines.slice(error, error + 3)
}

/** Drains stderr, lest the process block, and keeps its end. */
function keepStderr(child: ChildProcess): () => string {
  let kept = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    kept = (kept + text).slice(-KEPT)
  })
  return () => kept
}

/**
 * Ends the whole group: at once when the signal aborts or this process exits, else in good order. All have ended once
 * none of them holds stderr any more; asking for the group itself would also find those that nobody has reaped yet.
 */
function stopper(child: ChildProcess, signal: AbortSignal): () => Promise<void> {
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  const kill = () => signalGroup(child, 'SIGKILL')
  process.on('exit', kill)
  signal.addEventListener('abort', kill, { once: true })
  return async () => {
    signalGroup(child, 'SIGTERM')
    await within(closed, GRACE_MS)
    kill()
    await within(closed, GRACE_MS)
    process.off('exit', kill)
    signal.removeEventListener('abort', kill)
  }
}

async function within(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([promise, limit])
  clearTimeout(timer)
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // None of it is left.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address === 'object' && address) return address.port
  throw new WorldError('this machine has no free port')
}
