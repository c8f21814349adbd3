import { describe, expect, test } from 'vitest'
import { explainLoss } from '../../../src/core/variant.ts'
import { measureAccuracy, takeReference } from '../../../src/model/accuracy/measure-accuracy.ts'
import { type ModelSession, type Outputs, openSession } from '../../../src/model/session.ts'
import { stringsOf } from '../../../src/serving/string-elements.ts'
import { ECHO_STRINGS, tinyModel } from '../../serving/tiny-model.ts'

const SIGNAL = new AbortController().signal
const sample = (...texts: string[]) =>
  new Map([['x', { type: 'string', shape: [1, texts.length], elements: stringsOf(texts) }]])
const samples = { samples: [sample('a', 'b'), sample('c', 'd')], source: 'generated' } as const

/** Answers a row of strings, or nothing that is a tensor. */
function answering(...texts: string[]): ModelSession {
  const outputs: Outputs =
    texts.length === 0
      ? new Map()
      : new Map([['y', { type: 'string', shape: [1, texts.length], elements: stringsOf(texts) }]])
  return { run: async () => outputs, close: async () => {} }
}

describe('A model whose outputs are strings', () => {
  test('agrees with itself, and no figure of numbers is made up for it', async () => {
    const session = await openSession(tinyModel(ECHO_STRINGS))
    const reference = await takeReference(session, samples, SIGNAL)
    const accuracy = await measureAccuracy(session, reference, SIGNAL)
    await session.close()
    expect(accuracy.outputs).toMatchObject([
      { kind: 'text', agreement: { value: 1 }, iou: null, cosine: null, maxError: null, largest: null },
    ])
    expect(accuracy.loss.value).toBe(0)
  })

  test('loses the share of strings that a variant answers otherwise', async () => {
    const reference = await takeReference(answering('a', 'b', 'c', 'd'), samples, SIGNAL)
    const accuracy = await measureAccuracy(answering('a', 'x', 'c', 'd'), reference, SIGNAL)
    expect(accuracy.loss.value).toBe(0.25)
    expect(explainLoss(accuracy)).toMatch(
      /^loses 25% \(.*\) of the equal strings of "y" on 2 generated samples$/,
    )
    const fewer = await measureAccuracy(answering('a'), reference, SIGNAL)
    expect(fewer.loss.value).toBe(1)
  })
})

test('A model without an output that is a tensor is refused: its variants cannot be compared', async () => {
  const reference = await takeReference(answering(), samples, SIGNAL)
  await expect(measureAccuracy(answering(), reference, SIGNAL)).rejects.toThrow(
    'no output of the model is a tensor',
  )
})
