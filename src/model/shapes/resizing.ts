import { findAttribute, intAttribute, intsAttribute } from '../onnx/attributes.ts'
import { INT64 } from '../onnx/proto.ts'
import { axisOf, type Dimension, of, type Rule, type Shape, UNKNOWN } from './value.ts'

/** Operators that change how many elements there are along an axis: resizing, padding, reducing, choosing. */

/** Before opset 11 the scales are the second input, or an attribute. */
const resize: Rule = (inputs, { node, opset }) => {
  const x = inputs[0] ?? UNKNOWN
  if (!x.shape) return [of(x.type, null)]
  const [scales, sizes] = opset < 11 ? [inputs[1]] : [inputs[2], inputs[3]]
  const axes = intsAttribute(node, 'axes')?.map((axis) => axisOf(axis, x.shape?.length ?? 0))
  const factors = scales?.values?.length ? scales.values : findAttribute(node, 'scales')?.floats
  const wanted = sizes?.values
  const place = (index: number) => (axes ? axes.indexOf(index) : index)
  const shape = x.shape.map((length, index) => {
    const at = place(index)
    if (at < 0) return length
    if (wanted) return wanted[at] ?? null
    const factor = factors?.[at]
    return factor === undefined || length === null ? null : Math.floor(length * factor)
  })
  return [of(x.type, shape)]
}

const pad: Rule = (inputs, { node }) => {
  const x = inputs[0] ?? UNKNOWN
  const pads = inputs[1]?.values ?? intsAttribute(node, 'pads')
  if (!x.shape) return [of(x.type, null)]
  const rank = x.shape.length
  const axes = inputs[3]?.values?.map((axis) => axisOf(axis, rank)) ?? x.shape.map((_, index) => index)
  const shape = x.shape.map((length, index) => {
    const at = axes.indexOf(index)
    if (at < 0 || length === null) return length
    return pads ? length + (pads[at] ?? 0) + (pads[at + axes.length] ?? 0) : null
  })
  return [of(x.type, shape)]
}

/** Axes are an attribute or, from opset 13 or 18 on, an input. */
const reduce: Rule = ([x = UNKNOWN, second], { node }) => {
  if (!x.shape) return [of(x.type, null)]
  const { shape } = x
  const keep = intAttribute(node, 'keepdims', 1) === 1
  const listed = second ? second.values : (intsAttribute(node, 'axes') ?? [])
  if (!listed) return [of(x.type, keep ? shape.map(() => null) : null)]
  if (listed.length === 0 && intAttribute(node, 'noop_with_empty_axes', 0) === 1) return [x]
  const axes = new Set(listed.length > 0 ? listed.map((axis) => axisOf(axis, shape.length)) : shape.keys())
  const reduced = shape.flatMap((length, index): Dimension[] =>
    axes.has(index) ? (keep ? [1] : []) : [length],
  )
  return [of(x.type, reduced, reducedValues(x.values, node.op_type, reduced))]
}

function reducedValues(
  values: readonly number[] | undefined,
  operator: string,
  shape: Shape,
): number[] | undefined {
  if (!values || shape.some((length) => length !== 1)) return undefined
  if (operator === 'ReduceProd') return [values.reduce((product, value) => product * value, 1)]
  if (operator === 'ReduceSum') return [values.reduce((sum, value) => sum + value, 0)]
  if (operator === 'ReduceMax') return [Math.max(...values)]
  return operator === 'ReduceMin' ? [Math.min(...values)] : undefined
}

const topK: Rule = ([x = UNKNOWN, k], { node }) => {
  const count = k?.values?.[0] ?? (findAttribute(node, 'k') ? intAttribute(node, 'k', 1) : null)
  if (!x.shape) return [of(x.type, null), of(INT64, null)]
  const shape = x.shape.with(axisOf(intAttribute(node, 'axis', -1), x.shape.length), count)
  return [of(x.type, shape), of(INT64, shape)]
}

function blocks(deeper: boolean): Rule {
  return ([x = UNKNOWN], { node }) => {
    const block = intAttribute(node, 'blocksize', 1)
    const times = (length: Dimension | undefined, factor: number) =>
      length === null || length === undefined ? null : length * factor
    if (x.shape?.length !== 4) return [of(x.type, null)]
    const [batch = null, channels, height, width] = x.shape
    const [area, side] = deeper ? [block ** 2, 1 / block] : [block ** -2, block]
    return [of(x.type, [batch, times(channels, area), times(height, side), times(width, side)])]
  }
}

/** How many elements they find is known only when they run. */
const nonZero: Rule = ([x = UNKNOWN]) => [of(INT64, [x.shape?.length ?? null, null])]
const suppress: Rule = () => [of(INT64, [null, 3])]

const REDUCTIONS = `ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp
  ReduceSumSquare`

export const RESIZING: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(REDUCTIONS.split(/\s+/).map((name) => [name, reduce])),
  Resize: resize,
  Upsample: resize,
  Pad: pad,
  TopK: topK,
  DepthToSpace: blocks(false),
  SpaceToDepth: blocks(true),
  NonZero: nonZero,
  NonMaxSuppression: suppress,
}
