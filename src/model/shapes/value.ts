import type { NodeProto } from '../onnx/proto.ts'

/** What is known of a tensor before it is computed. */
export interface Value {
  /** Element type, one of ELEMENTS; 0 where it is not known. */
  readonly type: number
  /** Null where not even the rank is known; a null dimension is not known. */
  readonly shape: Shape | null
  /** Its elements, where they are few and known: shapes are computed from such tensors. */
  readonly values?: readonly number[]
}

export type Dimension = number | null
export type Shape = readonly Dimension[]

export const UNKNOWN: Value = { type: 0, shape: null }

/** Values of more elements are not followed. */
const MOST_VALUES = 4096

/** Inputs of one node; an input that is left out is undefined. */
export type Inputs = readonly (Value | undefined)[]

export interface RuleContext {
  readonly node: NodeProto
  /** Version of the operator set that the node is of. */
  readonly opset: number
}

/** What a node's outputs are; throws ShapeFault where its inputs cannot be. */
export type Rule = (inputs: Inputs, context: RuleContext) => readonly Value[]

/** The shapes do not fit the operator: the model, or the given input shape, is wrong. */
export class ShapeFault extends Error {
  override readonly name = 'ShapeFault'
}

/** Elements of a shape; null where it is not wholly known. */
export function sizeOf(shape: Shape | null | undefined): number | null {
  if (!shape) return null
  return shape.reduce<number | null>(
    (product, size) => (product === null || size === null ? null : product * size),
    1,
  )
}

export function of(type: number, shape: Shape | null, values?: readonly number[]): Value {
  return values && values.length <= MOST_VALUES ? { type, shape, values } : { type, shape }
}

/** -1 is the last axis. @throws ShapeFault beyond the rank */
export function axisOf(axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis
  if (!(from >= 0 && from < rank)) throw new ShapeFault(`axis ${axis} of ${rank} dimensions`)
  return from
}

/** Numpy's rule: aligned at the last dimension, 1 stretches. */
export function broadcast(a: Shape | null | undefined, b: Shape | null | undefined): Shape | null {
  if (!a || !b) return null
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, index) => {
    const [left = 1, right = 1] = [a[index - rank + a.length], b[index - rank + b.length]]
    if (left === 1) return right
    if (right === 1 || left === right) return left
    if (left === null || right === null) return left ?? right
    throw new ShapeFault(`dimensions ${left} and ${right} do not fit together`)
  })
}

export function formatShape(shape: Shape | null): string {
  return shape === null ? 'unknown' : `[${shape.map((size) => size ?? '?').join(', ')}]`
}
