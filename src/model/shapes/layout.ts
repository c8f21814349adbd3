import { findAttribute, intAttribute, intsAttribute, tensorAttribute } from '../onnx/attributes.ts'
import { FLOAT32, INT64, toNumber } from '../onnx/proto.ts'
import { smallValues, tensorShape } from '../onnx/tensor-values.ts'
import { spread } from './elementwise.ts'
import {
  axisOf,
  broadcast,
  type Dimension,
  of,
  type Rule,
  type Shape,
  ShapeFault,
  sizeOf,
  UNKNOWN,
} from './value.ts'

/** Operators that move elements, and those that compute shapes from shapes. */

const shapeOf: Rule = ([x = UNKNOWN], { node }) => {
  if (!x.shape) return [of(INT64, [null])]
  const part = x.shape.slice(
    intAttribute(node, 'start', 0),
    findAttribute(node, 'end') && intAttribute(node, 'end', 0),
  )
  return [of(INT64, [part.length], known(part))]
}

function known(shape: Shape): number[] | undefined {
  return shape.every((size) => size !== null) ? shape.map(Number) : undefined
}

const size: Rule = ([x = UNKNOWN]) => {
  const count = sizeOf(x.shape)
  return [of(INT64, [], count === null ? undefined : [count])]
}

const constant: Rule = (_, { node }) => {
  const tensor = tensorAttribute(node, 'value')
  if (tensor) return [of(tensor.data_type, tensorShape(tensor), smallValues(tensor))]
  const ints = intsAttribute(node, 'value_ints')
  if (ints) return [of(INT64, [ints.length], ints)]
  if (findAttribute(node, 'value_int')) return [of(INT64, [], [intAttribute(node, 'value_int', 0)])]
  const floats = findAttribute(node, 'value_floats')?.floats
  if (floats) return [of(FLOAT32, [floats.length], floats)]
  const float = findAttribute(node, 'value_float')
  return [float ? of(FLOAT32, [], [float.f]) : UNKNOWN]
}

const reshape: Rule = ([x = UNKNOWN, target], { node }) => {
  const wanted = target?.values ?? intsAttribute(node, 'shape')
  if (!wanted) {
    const rank = target?.shape?.[0]
    return [of(x.type, typeof rank === 'number' && rank <= 32 ? Array<null>(rank).fill(null) : null)]
  }
  const keepsZero = intAttribute(node, 'allowzero', 0) === 1
  const sizes = wanted.map((to, index) => (to === 0 && !keepsZero ? (x.shape?.[index] ?? null) : to))
  const total = sizeOf(x.shape)
  const rest = sizeOf(sizes.filter((to) => to !== -1))
  const shape = sizes.map((to) => (to === -1 ? (total === null || rest === null ? null : total / rest) : to))
  const result = sizeOf(shape)
  if (total !== null && result !== null && result !== total) {
    throw new ShapeFault(`${total} elements do not make [${wanted.join(', ')}]`)
  }
  return [of(x.type, shape, x.values)]
}

const flatten: Rule = ([x = UNKNOWN], { node }) => {
  if (!x.shape) return [of(x.type, [null, null])]
  const axis = intAttribute(node, 'axis', 1)
  const at = axis < 0 ? axis + x.shape.length : axis
  return [of(x.type, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))], x.values)]
}

const squeeze: Rule = ([x = UNKNOWN, axes], { node }) => {
  const { shape } = x
  const listed = axes?.values ?? intsAttribute(node, 'axes')
  if (!shape || (axes && !listed)) return [of(x.type, null)]
  const gone = new Set(listed?.map((axis) => axisOf(axis, shape.length)))
  const keeps = (length: Dimension, index: number) => (listed ? !gone.has(index) : length !== 1)
  return [of(x.type, shape.filter(keeps), x.values)]
}

const unsqueeze: Rule = ([x = UNKNOWN, axes], { node }) => {
  const listed = axes?.values ?? intsAttribute(node, 'axes')
  if (!x.shape || !listed) return [of(x.type, null)]
  const rank = x.shape.length + listed.length
  const added = new Set(listed.map((axis) => axisOf(axis, rank)))
  const rest = [...x.shape]
  const shape = Array.from({ length: rank }, (_, index) => (added.has(index) ? 1 : (rest.shift() ?? null)))
  return [of(x.type, shape, x.values)]
}

const transpose: Rule = ([x = UNKNOWN], { node }) => {
  const { shape } = x
  if (!shape) return [of(x.type, null)]
  const order = intsAttribute(node, 'perm') ?? shape.map((_, index) => shape.length - 1 - index)
  const turned = order.map((from) => shape[axisOf(from, shape.length)] ?? null)
  return [of(x.type, turned, x.values && turnValues(x.values, shape, order))]
}

/** Few values in the order of a transposition. */
function turnValues(values: readonly number[], shape: Shape, order: readonly number[]): number[] {
  const strides = shape.map((_, at) => sizeOf(shape.slice(at + 1)) ?? 1)
  const starts = order.reduce<number[]>(
    (places, axis) =>
      places.flatMap((place) => steps(shape[axis]).map((step) => place + step * (strides[axis] ?? 1))),
    [0],
  )
  return starts.map((place) => values[place] ?? 0)
}

function steps(length: Dimension | undefined): number[] {
  return Array.from({ length: length ?? 0 }, (_, step) => step)
}

/** Few values along one axis, those at `picked`. */
function pickValues(
  values: readonly number[],
  shape: Shape,
  axis: number,
  picked: readonly number[],
): number[] {
  const inner = sizeOf(shape.slice(axis + 1)) ?? 1
  const length = shape[axis] ?? 1
  const outer = steps(values.length / (inner * length))
  return outer.flatMap((row) =>
    picked.flatMap((at) => values.slice((row * length + at) * inner, (row * length + at + 1) * inner)),
  )
}

const concat: Rule = (inputs, { node }) => {
  const shapes = inputs.map((input) => input?.shape ?? null)
  const type = inputs[0]?.type ?? 0
  const model = shapes.find((shape) => shape !== null)
  if (!model || shapes.some((shape) => shape === null))
    return [of(type, model ? model.map(() => null) : null)]
  const axis = axisOf(intAttribute(node, 'axis', 1), model.length)
  const lengths = shapes.map((shape) => shape?.[axis] ?? null)
  const total = lengths.reduce<Dimension>(
    (sum, length) => (sum === null || length === null ? null : sum + length),
    0,
  )
  const parts = inputs.map((input) => input?.values)
  const flat = model.length === 1 && parts.every((values) => values !== undefined)
  const merged = model.map((length, at) => length ?? shapes.find((shape) => shape?.[at])?.[at] ?? null)
  return [
    of(type, merged.with(axis, total), flat ? parts.flatMap((values) => [...(values ?? [])]) : undefined),
  ]
}

const split: Rule = ([x = UNKNOWN, lengths], { node }) => {
  const count = node.output.length
  if (!x.shape) return node.output.map(() => of(x.type, null))
  const { shape } = x
  const axis = axisOf(intAttribute(node, 'axis', 0), shape.length)
  const total = shape[axis] ?? null
  const each = total === null ? null : Math.ceil(total / count)
  const even = node.output.map((_, index) =>
    each === null || total === null ? null : Math.min(each, total - each * index),
  )
  const given = lengths?.values ?? intsAttribute(node, 'split') ?? (lengths ? even.map(() => null) : even)
  return node.output.map((_, index) => of(x.type, shape.with(axis, given[index] ?? null)))
}

const slice: Rule = (inputs, { node }) => {
  const x = inputs[0] ?? UNKNOWN
  const listed = (at: number, name: string) => (inputs[at] ? inputs[at]?.values : intsAttribute(node, name))
  const [starts, ends] = [listed(1, 'starts'), listed(2, 'ends')]
  const axes = listed(3, 'axes') ?? (inputs[3] ? undefined : starts?.map((_, index) => index))
  const steps = listed(4, 'steps') ?? (inputs[4] ? undefined : starts?.map(() => 1))
  if (!x.shape) return [of(x.type, null)]
  const { shape } = x
  if (!starts || !ends || !axes || !steps) {
    const touched = axes && new Set(axes.map((axis) => axisOf(axis, shape.length)))
    return [
      of(
        x.type,
        shape.map((length, index) => (touched && !touched.has(index) ? length : null)),
      ),
    ]
  }
  let result: Shape = shape
  let { values } = x
  for (const [index, axis] of axes.entries()) {
    const at = axisOf(axis, shape.length)
    const picked = pickRange(shape[at] ?? null, starts[index] ?? 0, ends[index] ?? 0, steps[index] ?? 1)
    values = picked && values ? pickValues(values, result, at, picked) : undefined
    result = result.with(at, picked?.length ?? null)
  }
  return [of(x.type, result, values)]
}

/** Indices that a slice takes of an axis; null of one whose length is not known. */
function pickRange(length: Dimension, start: number, end: number, step: number): number[] | null {
  if (length === null || length > 2 ** 26 || step === 0 || !Number.isFinite(start)) return null
  const clamp = (value: number, low: number, high: number) =>
    Math.min(high, Math.max(low, Number.isNaN(value) ? high : value < 0 ? value + length : value))
  const from = step > 0 ? clamp(start, 0, length) : clamp(start, 0, length - 1)
  const to = step > 0 ? clamp(end, 0, length) : end < -length ? -1 : clamp(end, -1, length - 1)
  const count = Math.max(0, Math.ceil((to - from) / step))
  return Array.from({ length: count }, (_, index) => from + index * step)
}

const gather: Rule = ([x = UNKNOWN, indices = UNKNOWN], { node }) => {
  if (!x.shape || !indices.shape) return [of(x.type, null)]
  const axis = axisOf(intAttribute(node, 'axis', 0), x.shape.length)
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]
  const { values } = x
  const flat = x.shape.length === 1 && values
  return [of(x.type, shape, flat ? indices.values?.map((at) => values.at(at) ?? 0) : undefined)]
}

const gatherElements: Rule = ([x = UNKNOWN, indices = UNKNOWN]) => [of(x.type, indices.shape)]

const gatherNd: Rule = ([x = UNKNOWN, indices = UNKNOWN], { node }) => {
  const depth = indices.shape?.at(-1)
  if (!x.shape || !indices.shape || typeof depth !== 'number') return [of(x.type, null)]
  const batch = intAttribute(node, 'batch_dims', 0)
  return [of(x.type, [...indices.shape.slice(0, -1), ...x.shape.slice(batch + depth)])]
}

const expand: Rule = ([x = UNKNOWN, target]) => {
  const shape = target?.values ? broadcast(x.shape, target.values) : null
  return [of(x.type, shape, spread(x, shape))]
}

const tile: Rule = ([x = UNKNOWN, repeats]) => {
  const times = repeats?.values
  return [
    of(
      x.type,
      x.shape?.map((length, at) => (times && length !== null ? length * (times[at] ?? 1) : null)) ?? null,
    ),
  ]
}

const constantOfShape: Rule = ([target], { node }) => {
  const tensor = tensorAttribute(node, 'value')
  const shape = target?.values ?? null
  const count = sizeOf(shape)
  const value = tensor ? smallValues(tensor)?.[0] : 0
  const values =
    count !== null && count <= 4096 && value !== undefined ? Array<number>(count).fill(value) : undefined
  return [of(tensor?.data_type ?? FLOAT32, shape, values)]
}

const range: Rule = ([start = UNKNOWN, limit, delta]) => {
  const [from, to, step] = [start.values?.[0], limit?.values?.[0], delta?.values?.[0]]
  if (from === undefined || to === undefined || !step) return [of(start.type, [null])]
  const count = Math.max(0, Math.ceil((to - from) / step))
  const few = count <= 4096 ? Array.from({ length: count }, (_, at) => from + at * step) : undefined
  return [of(start.type, [count], few)]
}

const oneHot: Rule = ([indices = UNKNOWN, depth, values], { node }) => {
  if (!indices.shape) return [of(values?.type ?? 0, null)]
  const axis = axisOf(intAttribute(node, 'axis', -1), indices.shape.length + 1)
  return [of(values?.type ?? 0, indices.shape.toSpliced(axis, 0, depth?.values?.[0] ?? null))]
}

const randomLike: Rule = ([x = UNKNOWN], { node }) => [of(intAttribute(node, 'dtype', x.type), x.shape)]
const random: Rule = (_, { node }) => [
  of(intAttribute(node, 'dtype', FLOAT32), findAttribute(node, 'shape')?.ints.map(toNumber) ?? null),
]

export const LAYOUT: Readonly<Record<string, Rule>> = {
  Shape: shapeOf,
  Size: size,
  Constant: constant,
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  Expand: expand,
  Tile: tile,
  ConstantOfShape: constantOfShape,
  Range: range,
  OneHot: oneHot,
  RandomNormal: random,
  RandomUniform: random,
  RandomNormalLike: randomLike,
  RandomUniformLike: randomLike,
}
