/** Entry of a child process that holds one session and times its inferences. Its first argument is the order. */
import { performance } from 'node:perf_hooks'
import { elementsFromBytes } from '../../serving/element-types.ts'
import { type ModelSession, openSession, type Sample } from '../session.ts'
import type { ProfileOrder, ProfileReply, ProfileRequest } from './profile-protocol.ts'

process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(0))

const { modelPath, threads } = JSON.parse(process.argv[2] ?? '{}') as ProfileOrder
const startedMs = performance.now()
const session = await openSession(modelPath, { threads, spin: true }).catch(fail)
if (session) {
  tell({ kind: 'loaded', loadMs: performance.now() - startedMs })
  serve(session)
}

function serve(model: ModelSession): void {
  let sample: Sample = new Map()
  process.on('message', async (request: ProfileRequest) => {
    try {
      if (request.kind === 'feed') {
        sample = new Map(
          request.sample.map(({ name, type, shape, bytes }) => [
            name,
            { type, shape, elements: elementsFromBytes(type, bytes) },
          ]),
        )
        const fromMs = performance.now()
        await model.run(sample)
        tell({ kind: 'fed', firstMs: performance.now() - fromMs })
      } else tell(await run(model, sample, request))
    } catch (error) {
      fail(error)
    }
  })
}

async function run(
  model: ModelSession,
  sample: Sample,
  { count, budgetMs }: Extract<ProfileRequest, { kind: 'run' }>,
): Promise<ProfileReply> {
  const timesMs: number[] = []
  const until = performance.now() + budgetMs
  do {
    const fromMs = performance.now()
    await model.run(sample)
    timesMs.push(performance.now() - fromMs)
  } while (timesMs.length < count && performance.now() < until)
  return { kind: 'ran', timesMs, peakRssMib: process.resourceUsage().maxRSS / 1024 }
}

function fail(error: unknown): void {
  tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
}

function tell(reply: ProfileReply): void {
  process.send?.(reply)
}
