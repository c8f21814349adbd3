import { WorldError } from '../../core/errors.ts'
import type { Side } from '../../gate/block.ts'
import { classifyError } from '../../load/classify-error.ts'
import { type RunningCommand, startCommand } from './start-command.ts'

/** Where one side runs already, or how it is started. */
export type SideSource =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'command'; readonly command: string }

/** What is sent to both sides. */
export interface SideRequest {
  /** Of started servers; a URL has its own. */
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
  readonly timeoutMs: number
}

export interface SidesOrder {
  readonly base: SideSource
  readonly head: SideSource
  readonly request: SideRequest
  readonly readyWithinMs: number
  readonly signal: AbortSignal
}

/** Both sides, answering. */
export interface Sides {
  readonly urls: Readonly<Record<Side, string>>
  /** Null of a side that ran already. */
  readonly startUpMs: Readonly<Record<Side, number | null>>
  /** Whether any side is a command, which `restart` starts anew. */
  readonly startsProcesses: boolean
  /** CPU time that the processes of a side have had, ms; undefined of a URL, and where the system does not tell. */
  cpuMs(side: Side): number | undefined
  restart(): Promise<void>
  stop(): Promise<void>
}

/** @throws WorldError when a side does not start or does not answer */
export async function openSides(order: SidesOrder): Promise<Sides> {
  const running = new Map<Side, RunningCommand>()
  const urls: Record<Side, string> = { base: '', head: '' }
  const startUpMs: Record<Side, number | null> = { base: null, head: null }
  const stop = async () => {
    await Promise.all([...running.values()].map((command) => command.stop()))
    running.clear()
  }
  let starts = 0
  // By turns first: the other is started while one is idle, which is no property of either.
  const start = async () => {
    for (const side of startOrder(starts++)) {
      const source = order[side]
      if (source.kind === 'url') {
        urls[side] = source.url
        await prove(side, source.url, order)
        continue
      }
      const command = await startSide(side, source.command, order)
      running.set(side, command)
      urls[side] = command.url
      startUpMs[side] = command.startUpMs
    }
  }
  const startOrStop = async () => {
    await start().catch(async (error) => {
      await stop()
      throw error
    })
  }
  await startOrStop()
  return {
    urls,
    startUpMs,
    startsProcesses: order.base.kind === 'command' || order.head.kind === 'command',
    cpuMs: (side) => running.get(side)?.cpuMs(),
    restart: async () => {
      await stop()
      await startOrStop()
    },
    stop,
  }
}

export function startOrder(index: number): readonly [Side, Side] {
  return index % 2 === 0 ? ['base', 'head'] : ['head', 'base']
}

/** One start of one side. */
export function startSide(side: Side, command: string, order: SidesOrder): Promise<RunningCommand> {
  const { request, readyWithinMs, signal } = order
  const ask = (url: string, limit: AbortSignal) => askOnce(url, request, limit)
  return startCommand({ command, name: side, path: request.path, ask, readyWithinMs, signal })
}

/** One request to a server that should run, before any load. */
async function prove(side: Side, url: string, { request, signal }: SidesOrder): Promise<void> {
  let fault: string
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(request.timeoutMs)])
    const status = await askOnce(url, request, limit)
    if (status >= 200 && status < 300) return
    fault = `it answered ${status}`
  } catch (error) {
    signal.throwIfAborted()
    const cause = error instanceof Error ? (error.cause ?? error) : error
    fault = `${classifyError(cause).outcome} error: ${classifyError(cause).detail}`
  }
  // Without the query, which might hold a key.
  throw new WorldError(`${side} at ${url.split('?')[0]} does not answer: ${fault}`, {
    hint: 'nothing was measured; start it, or see whether --path, --method and --body are what it takes',
  })
}

async function askOnce(url: string, request: SideRequest, signal: AbortSignal): Promise<number> {
  const { method, headers, body } = request
  const reply = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    signal,
    ...(body ? { body: new Uint8Array(body) } : {}),
  })
  await reply.arrayBuffer()
  return reply.status
}
