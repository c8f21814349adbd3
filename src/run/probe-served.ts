import { performance } from 'node:perf_hooks'
import { UserError, WorldError } from '../core/errors.ts'
import type { ServedModel } from '../core/model-profile.ts'
import type { ModelSource } from '../core/scenario.ts'
import { roundToMicrosecond } from '../core/units.ts'
import { loadClosedAside } from '../load/closed-aside.ts'
import { findWork } from '../model/inspect-model.ts'
import { checkInputs } from '../serving/check-inputs.ts'
import { describeModel } from '../serving/describe-model.ts'
import { type LocalServer, startLocalServer } from '../serving/local-server.ts'
import { postOnce } from '../serving/measure-start-up.ts'
import { buildPayload } from '../serving/payload.ts'

/** Requests whose time outside the model is taken: as many as a twentieth of the budget holds. */
const [LEAST_REQUESTS, MOST_REQUESTS, SHARE] = [5, 50, 0.05]
/** A model that takes longer for one request has failed. */
const TIMEOUT_MS = 120_000

/**
 * Loads the model in a server process of its own, whatever is in it, and sends it a few requests.
 * @throws UserError where the inputs are not the model's; WorldError where it answers none
 */
export async function probeServed(
  model: ModelSource,
  budgetMs: number,
  seed: number,
  signal: AbortSignal,
): Promise<ServedModel> {
  const server = await startLocalServer({ modelPath: model.path, threads: 1, signal })
  try {
    checkShapes(model, server)
    const body = buildPayload(model, server.facts.inputs, seed)
    const readyMs = performance.now()
    const replyBytes = await postOnce(server.url, body, signal)
    const repliedMs = performance.now()
    const firstReplyMs = repliedMs - readyMs
    const fitting = Math.floor((SHARE * budgetMs) / firstReplyMs)
    const requests = Math.min(MOST_REQUESTS, Math.max(LEAST_REQUESTS, fitting))
    return {
      model: await factsOf(model, server),
      encoding: model.encoding,
      inputs: Object.fromEntries(Object.entries(model.inputs).map(([name, { shape }]) => [name, shape])),
      requestBytes: body.length,
      replyBytes,
      startUp: { ...server.startUp, firstReplyMs, totalMs: repliedMs - server.spawnedAtMs },
      besideModelMs: await timeBeside(server, body, requests, signal),
      peakRssMib: Math.round(await server.rssMib()),
    }
  } finally {
    await server.stop()
  }
}

function checkShapes(model: ModelSource, { facts }: LocalServer): void {
  const mismatches = checkInputs(model.inputs, facts.inputs)
  if (mismatches.length === 0) return
  throw new UserError(
    mismatches.map(({ message, hint }) => ({
      file: model.path,
      message,
      ...(hint === undefined ? {} : { hint }),
    })),
  )
}

async function factsOf(model: ModelSource, { facts }: LocalServer): Promise<ServedModel['model']> {
  const described = await describeModel(model.path, facts)
  const shapes = Object.entries(model.inputs).map(([name, { shape }]) => [name, shape] as const)
  const work = await findWork(model.path, new Map(shapes))
  return work ? { ...described, work } : described
}

/** Over one connection, so that nothing waits. */
async function timeBeside(
  { url }: LocalServer,
  body: Buffer,
  requests: number,
  signal: AbortSignal,
): Promise<number[]> {
  const headers = { 'content-type': 'application/json' }
  const load = { url, body, headers, connections: 1, warmupRequests: 2, requests, timeoutMs: TIMEOUT_MS }
  const samples = await loadClosedAside({ ...load, signal })
  const timed = samples.flatMap(({ outcome, sentMs, doneMs, inferenceMs }) =>
    outcome === 'ok' && inferenceMs !== undefined
      ? [roundToMicrosecond(Math.max(0, doneMs - sentMs - inferenceMs))]
      : [],
  )
  if (timed.length > 0) return timed
  throw new WorldError(`the local server answered none of ${requests} requests: ${samples[0]?.detail ?? ''}`)
}
