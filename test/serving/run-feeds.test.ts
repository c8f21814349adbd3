import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadRequest } from '../../src/serving/bad-request.ts'
import type { Feed } from '../../src/serving/feed.ts'
import { groupFeeds, runFeeds } from '../../src/serving/run-feeds.ts'
import { echoModel } from './fake-model.ts'

const spec = { name: 'x', type: 'float32', shape: [null, null] }
const feedOf = (...rows: number[][]): Feed =>
  new Map([
    [
      'x',
      {
        type: 'float32',
        shape: [rows.length, rows[0]?.length ?? 0],
        elements: Float32Array.from(rows.flat()),
      },
    ],
  ])
const sizeOf = (feed: Feed) => feed.get('x')?.shape[0] ?? 0
const rowsOf = fc
  .integer({ min: 1, max: 3 })
  .chain((width) =>
    fc.array(fc.array(fc.integer(), { minLength: width, maxLength: width }), { minLength: 1, maxLength: 4 }),
  )

describe('feeds that run together', () => {
  it('get what each would have got alone, whatever their sizes and their order', async () => {
    const property = fc.asyncProperty(
      fc.array(rowsOf, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 9 }),
      async (all, maxRows) => {
        const model = echoModel([spec])
        const feeds = all.map((rows) => feedOf(...rows))
        const outcomes = await runFeeds(model, feeds, maxRows)
        const given = outcomes.map((outcome) => ('outputs' in outcome ? outcome.outputs.get('y') : undefined))
        expect(given).toEqual(feeds.map((feed) => feed.get('x')))
        for (const fed of model.fed) {
          expect(sizeOf(fed)).toBeLessThanOrEqual(Math.max(maxRows, ...feeds.map(sizeOf)))
        }
      },
    )
    await fc.assert(property)
  })

  it('are as many as fit, of one width', () => {
    const feeds = [feedOf([1]), feedOf([1, 2]), feedOf([2]), feedOf([3]), feedOf([4])]
    expect(groupFeeds(feeds, 3).map((group) => group.map((feed) => feeds.indexOf(feed)))).toEqual([
      [0, 2, 3],
      [1],
      [4],
    ])
  })

  it('fail alone where one of them is at fault', async () => {
    const echo = echoModel([spec])
    const run = async (feed: Feed) => {
      if (feed.get('x')?.elements.includes(13 as never)) throw new BadRequest('13 is bad')
      return echo.run(feed)
    }
    const outcomes = await runFeeds({ ...echo, run }, [feedOf([1]), feedOf([13]), feedOf([2])], 8)
    expect(outcomes.map((outcome) => ('error' in outcome ? String(outcome.error) : 'ok'))).toEqual([
      'ok',
      'BadRequest: 13 is bad',
      'ok',
    ])
  })

  it('run apart where the outputs would not tell them apart', async () => {
    const echo = echoModel([spec])
    const total = { type: 'float32', shape: [1], elements: Float32Array.of(7) }
    const sizes: number[] = []
    const run = async (feed: Feed) => {
      sizes.push(sizeOf(feed))
      return { outputs: new Map([['y', total]]), inferenceMs: 1 }
    }
    await runFeeds({ ...echo, run }, [feedOf([1]), feedOf([2])], 8)
    expect(sizes).toEqual([2, 1, 1])
  })

  it('never meet in a model whose batch dimension is fixed', async () => {
    const model = echoModel([{ ...spec, shape: [1, null] }])
    await runFeeds(model, [feedOf([1]), feedOf([2])], 8)
    expect(model.fed.map(sizeOf)).toEqual([1, 1])
  })
})
