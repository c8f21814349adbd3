import { closestMatch } from 'leven'
import type { TensorSpec } from '../core/measurement.ts'
import type { InputSource } from '../core/scenario.ts'
import { isSupportedType, supportedTypes } from './element-types.ts'

export interface InputMismatch {
  /** Name of the input at fault, as declared or, for one that is missing, as the model has it. */
  readonly input: string | null
  readonly message: string
  readonly hint?: string
}

/** Every way in which the inputs that a scenario declares are not those that the model takes. */
export function checkInputs(
  declared: Readonly<Record<string, InputSource>>,
  actual: readonly TensorSpec[],
): InputMismatch[] {
  if (actual.length === 0) return [{ input: null, message: 'the model takes no inputs' }]
  const specs = new Map(actual.map((spec) => [spec.name, spec]))
  const wrong = Object.entries(declared).flatMap(([name, source]) => {
    const spec = specs.get(name)
    return spec ? checkInput(source, spec) : unknownInput(name, actual)
  })
  const misspelt = new Set(
    Object.keys(declared).map((name) => (specs.has(name) ? name : closest(name, actual))),
  )
  const missing = actual.filter(({ name }) => !misspelt.has(name))
  return [...wrong, ...missing.map(missingInput)]
}

function unknownInput(name: string, actual: readonly TensorSpec[]): InputMismatch {
  const names = actual.map((spec) => spec.name)
  const near = closest(name, actual)
  const list = names.map((known) => `"${known}"`).join(', ')
  const hint = near === undefined ? `the model takes ${list}` : `did you mean "${near}"?`
  return { input: name, message: `the model has no input "${name}"`, hint }
}

/** The model's input that a name may be a slip for; one that is meant so is not missing as well. */
function closest(name: string, actual: readonly TensorSpec[]): string | undefined {
  const names = actual.map((spec) => spec.name)
  return closestMatch(name, names, { maxDistance: Math.max(2, Math.ceil(name.length / 3)) })
}

function missingInput(spec: TensorSpec): InputMismatch {
  const hint = `it is ${spec.type} of shape ${formatShape(spec.shape)}`
  return { input: spec.name, message: `input "${spec.name}" of the model is not declared`, hint }
}

function checkInput(source: InputSource, spec: TensorSpec): InputMismatch[] {
  const messages = [...checkType(spec), ...checkShape(source.shape, spec)]
  const hint = isSupportedType(spec.type)
    ? `the model takes ${formatShape(spec.shape)}, where ? may be any size`
    : `supported are ${supportedTypes.join(', ')}`
  return messages.map((message) => ({ input: spec.name, message, hint }))
}

function checkType({ name, type }: TensorSpec): string[] {
  return isSupportedType(type) ? [] : [`input "${name}" is of type ${type}, which cannot be made`]
}

/** An empty shape in the model is a scalar's or not known: anything goes. */
function checkShape(shape: readonly number[], spec: TensorSpec): string[] {
  const subject = `input "${spec.name}"`
  const notPositive = shape.filter((size) => !Number.isSafeInteger(size) || size < 1)
  const faults = notPositive.map(
    (size) => `${subject} has a dimension of ${size}, which is not a positive whole number`,
  )
  if (spec.shape.length === 0) return faults
  if (shape.length !== spec.shape.length) {
    return [...faults, `${subject} has ${shape.length} dimensions, but the model takes ${spec.shape.length}`]
  }
  const differing = spec.shape.flatMap((fixed, index) => {
    if (fixed === null || fixed === shape[index]) return []
    return [`dimension ${index + 1} of ${subject} is ${shape[index]}, but the model takes ${fixed}`]
  })
  return [...faults, ...differing]
}

function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? '?').join(', ')}]`
}
