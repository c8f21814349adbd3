import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WorldError } from '../../core/errors.ts'
import { bytesOfElements } from '../../serving/element-types.ts'
import type { Sample } from '../session.ts'
import type { ProfileOrder, ProfileReply, ProfileRequest } from './profile-protocol.ts'

/** A process with one session of a model, as a server has it. */
export interface SessionProcess {
  readonly loadMs: number
  /** Sets the input and infers once. Returns how long that took, ms. */
  readonly feed: (sample: Sample) => Promise<number>
  readonly run: (count: number, budgetMs: number) => Promise<Extract<ProfileReply, { kind: 'ran' }>>
  readonly stop: () => Promise<void>
}

/** @throws WorldError where the model does not load in it, or it dies */
export async function startSessionProcess(order: ProfileOrder, signal: AbortSignal): Promise<SessionProcess> {
  const child = forkProcess(order)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const kill = () => child.kill('SIGKILL')
  signal.addEventListener('abort', kill, { once: true })
  exited.then(() => signal.removeEventListener('abort', kill))
  const { loadMs } = await hear(child, 'loaded', signal)
  const ask = <K extends ProfileReply['kind']>(request: ProfileRequest, kind: K) => {
    const reply = hear(child, kind, signal)
    child.send(request)
    return reply
  }
  return {
    loadMs,
    feed: async (sample) => (await ask({ kind: 'feed', sample: toWire(sample) }, 'fed')).firstMs,
    run: (count, budgetMs) => ask({ kind: 'run', count, budgetMs }, 'ran'),
    stop: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

function forkProcess(order: ProfileOrder): ChildProcess {
  const entry = new URL(`./profile-process${extname(import.meta.url)}`, import.meta.url)
  const { NODE_OPTIONS: _, ...env } = process.env
  return fork(fileURLToPath(entry), [JSON.stringify(order)], {
    execArgv: [],
    env,
    // Tensors travel as they are, not as JSON.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}

function hear<K extends ProfileReply['kind']>(child: ChildProcess, kind: K, signal: AbortSignal) {
  return new Promise<Extract<ProfileReply, { kind: K }>>((resolve, reject) => {
    const done = (settle: () => void) => {
      child.off('message', onMessage)
      child.off('exit', onExit)
      settle()
    }
    const onExit = (code: number | null, by: string | null) =>
      done(() =>
        reject(signal.aborted ? signal.reason : new WorldError(`a profiled process ended (${by ?? code})`)),
      )
    const onMessage = (reply: ProfileReply) => {
      if (reply.kind === 'failed') done(() => reject(new WorldError(`the model failed: ${reply.reason}`)))
      if (reply.kind === kind) done(() => resolve(reply as Extract<ProfileReply, { kind: K }>))
    }
    child.on('message', onMessage)
    child.once('exit', onExit)
  })
}

function toWire(sample: Sample) {
  return [...sample].map(([name, { type, shape, elements }]) => ({
    name,
    type,
    shape,
    bytes: bytesOfElements(elements),
  }))
}
