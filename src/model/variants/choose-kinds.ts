import { performance } from 'node:perf_hooks'
import { median } from 'simple-statistics'
import type { Reference } from '../accuracy/measure-accuracy.ts'
import type { ModelProto } from '../onnx/proto.ts'
import { encodeOnnx } from '../onnx/read-onnx.ts'
import { type ModelSession, openSession } from '../session.ts'
import type { DynamicKind, QuantizableNode } from './int8-dynamic.ts'

export interface ChosenKinds {
  readonly chosen: readonly DynamicKind[]
  readonly notes: readonly string[]
}

/** Rounds of one inference of each; time for all of them, ms. */
const ROUNDS = 15
const BUDGET_MS = 5000

/**
 * Which kinds of layer are worth quantising on this machine: int8 convolutions gain on some CPUs and lose on others.
 * Where the model has both kinds, each is timed alone and with the other, round by round, and the fastest wins.
 */
export async function chooseKinds(
  nodes: readonly QuantizableNode[],
  model: (chosen: ReadonlySet<string>) => ModelProto,
  modelPath: string,
  { samples }: Reference,
): Promise<ChosenKinds> {
  const kinds = [...new Set(nodes.map(({ kind }) => kind))]
  if (kinds.length < 2) return { chosen: kinds, notes: [] }
  const options: readonly (readonly DynamicKind[])[] = [kinds, ...kinds.map((kind) => [kind])]
  const sessions = [await openSession(modelPath)]
  for (const option of options) {
    const outputs = nodes.filter(({ kind }) => option.includes(kind)).map(({ output }) => output)
    sessions.push(await openSession(encodeOnnx(model(new Set(outputs)))))
  }
  const [fp32 = 1, ...times] = await timeInTurn(sessions, samples)
  await Promise.all(sessions.map((session) => session.close()))
  const best = times.indexOf(Math.min(...times))
  const ratios = options.map(
    (option, index) => `${option.join(' and ')} ${((times[index] ?? 0) / fp32).toFixed(2)}`,
  )
  return {
    chosen: options[best] ?? kinds,
    notes: [`time against fp32 here: ${ratios.join(', ')}; the fastest was kept`],
  }
}

/** Median time of each, ms, taken in turns so that drift favours none. */
async function timeInTurn(
  sessions: readonly ModelSession[],
  samples: Reference['samples'],
): Promise<number[]> {
  const times = sessions.map((): number[] => [])
  const until = performance.now() + BUDGET_MS
  for (let round = 0; round < ROUNDS && (round < 3 || performance.now() < until); round++) {
    const sample = samples[round % samples.length] ?? new Map()
    for (const [index, session] of sessions.entries()) {
      const startedMs = performance.now()
      await session.run(sample)
      times[index]?.push(performance.now() - startedMs)
    }
  }
  return times.map((each) => median(each))
}
