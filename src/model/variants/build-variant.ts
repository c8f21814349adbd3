import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../core/errors.ts'
import type { VariantSource } from '../../core/scenario.ts'
import { isBuiltVariant, type VariantFacts } from '../../core/variant.ts'
import type { Samples } from '../accuracy/make-samples.ts'
import { firstSamples, measureAccuracy, type Reference, takeReference } from '../accuracy/measure-accuracy.ts'
import { embedExternalData } from '../onnx/external-data.ts'
import type { GraphProto, ModelProto } from '../onnx/proto.ts'
import { encodeOnnx, readOnnx } from '../onnx/read-onnx.ts'
import { openSession, writeOptimized } from '../session.ts'
import { chooseKinds } from './choose-kinds.ts'
import { int8Dynamic, quantizableNodes } from './int8-dynamic.ts'
import { int8Weights, quantizableWeights } from './int8-weights.ts'
import { leaveAlone } from './leave-alone.ts'
import { pruneConstants, shortenNames } from './prune-constants.ts'
import { operatorSet, QUANTIZING_OPSET, upgradeTo11, withOperatorSet } from './upgrade-opset.ts'

export interface VariantOrder {
  /** The fp32 model. */
  readonly modelPath: string
  /** Folder for the files that are made. */
  readonly folder: string
  readonly samples: Samples
  /** Loss beyond which layers are left alone, 0 to 1. */
  readonly tolerance: number
  readonly signal: AbortSignal
  /** Of the search for layers that hurt. */
  readonly onProgress?: (finished: number, total: number) => void
}

/** Time for finding the layers that hurt, ms; what was not tried by then is ranked by its rounding error. */
const SEARCH_MS = 15_000
/** Samples for finding how many layers to leave alone, and for trying one; the accuracy reported is over all. */
const [SEARCH_SAMPLES, GLANCE_SAMPLES] = [16, 3]
/** Share of the fp32 size that int8 weights may take when layers that hurt are left alone. */
const MOST_WEIGHTS_SIZE = 0.3

/** Makes variants of one model, and measures each against it. */
export class VariantBuilder {
  readonly #order: VariantOrder
  readonly #source: ModelProto & { graph: GraphProto }
  readonly #reference: Reference
  readonly #fp32Bytes: number

  private constructor(
    order: VariantOrder,
    source: ModelProto & { graph: GraphProto },
    reference: Reference,
    bytes: number,
  ) {
    this.#order = order
    this.#source = source
    this.#reference = reference
    this.#fp32Bytes = bytes
  }

  /** @throws UserError where the model cannot be read, or run on its samples */
  static async open(order: VariantOrder): Promise<VariantBuilder> {
    const file = await readOnnx(order.modelPath)
    const { graph, externalBytes } = await embedExternalData(file.model.graph, order.modelPath)
    const session = await openSession(order.modelPath)
    const reference = await takeReference(session, order.samples, order.signal)
    await session.close()
    mkdirSync(order.folder, { recursive: true })
    return new VariantBuilder(order, { ...file.model, graph }, reference, file.bytes + externalBytes)
  }

  /**
   * @throws UserError where it cannot be made of this model, or the user's file cannot stand in for it
   */
  async build({ name, path: own }: VariantSource): Promise<VariantFacts> {
    const made = own === undefined ? await this.#make(name) : { path: own, notes: ["the user's own file"] }
    const { path, notes } = made
    if (name === 'fp32') return this.#facts(name, path, null, notes)
    const session = await openSession(path)
    const accuracy = await measureAccuracy(session, this.#reference, this.#order.signal)
    await session.close()
    return this.#facts(name, path, accuracy, notes)
  }

  #facts(
    name: string,
    path: string,
    accuracy: VariantFacts['accuracy'],
    notes: readonly string[],
  ): VariantFacts {
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
    const bytes = name === 'fp32' ? this.#fp32Bytes : statSync(path).size
    return { name, path, sha256, bytes, fp32Bytes: this.#fp32Bytes, accuracy, notes }
  }

  async #make(name: string): Promise<{ path: string; notes: string[] }> {
    if (!isBuiltVariant(name)) throw new RangeError(`variant ${name} has no file`)
    const path = join(this.#order.folder, `${name}.onnx`)
    switch (name) {
      case 'fp32':
        return { path: this.#order.modelPath, notes: [] }
      case 'ort-optimized':
        await writeOptimized(this.#order.modelPath, path)
        return { path, notes: ["ONNX Runtime's graph optimisations, done once and saved"] }
      case 'int8-weights':
        return this.#write(path, await this.#int8Weights())
      case 'int8-dynamic':
        return this.#write(path, await this.#int8Dynamic())
    }
  }

  #write(path: string, { model, notes }: Made): { path: string; notes: string[] } {
    writeFileSync(path, encodeOnnx(model))
    return { path, notes: [...notes] }
  }

  async #int8Weights(): Promise<Made> {
    const { graph } = this.#source
    const weights = quantizableWeights(graph)
    if (weights.length === 0)
      throw nothingTo('int8-weights', 'it has no float32 weights of 256 elements or more')
    const model = (chosen: ReadonlySet<string>) => {
      const quantized = pruneConstants(int8Weights(graph, chosen))
      return { ...this.#source, ir_version: atLeast4(this.#source), graph: shortenNames(quantized) }
    }
    const names = weights.map(({ name }) => name)
    const saved = new Map(weights.map(({ name, elements }) => [name, 3 * elements]))
    const least = encodeOnnx(model(new Set(names))).length
    const { chosen, notes } = await this.#search(names, model, {
      cost: (name) => saved.get(name) ?? 0,
      allowance: MOST_WEIGHTS_SIZE * this.#fp32Bytes - least,
    })
    return {
      model: model(chosen),
      notes: [`${chosen.size} of ${weights.length} weight tensors as int8`, ...notes],
    }
  }

  async #int8Dynamic(): Promise<Made> {
    const opset = operatorSet(this.#source)
    const graph = upgradeTo11(this.#source.graph, opset)
    if (!graph)
      throw nothingTo('int8-dynamic', `its operators are of opset ${opset}: export it with opset 11 or newer`)
    const nodes = quantizableNodes(graph)
    if (nodes.length === 0)
      throw nothingTo('int8-dynamic', 'it has no MatMul, Gemm or dense Conv with weights of float32')
    const base = withOperatorSet(this.#source, Math.max(opset, QUANTIZING_OPSET))
    const model = (chosen: ReadonlySet<string>) => {
      return { ...base, ir_version: atLeast4(base), graph: pruneConstants(int8Dynamic(graph, chosen)) }
    }
    const kinds = await chooseKinds(nodes, model, this.#order.modelPath, this.#reference)
    const able = nodes.filter(({ kind }) => kinds.chosen.includes(kind)).map(({ output }) => output)
    const { chosen, notes } = await this.#search(able, model)
    const made = `${chosen.size} of ${nodes.length} layers in int8`
    return { model: model(chosen), notes: [made, ...kinds.notes, ...notes] }
  }

  /** Leaves out layers until the loss is within the tolerance. */
  async #search(
    layers: readonly string[],
    model: (chosen: ReadonlySet<string>) => ModelProto,
    limit: { cost?: (layer: string) => number; allowance?: number } = {},
  ) {
    const { tolerance, signal, onProgress } = this.#order
    const some = firstSamples(this.#reference, SEARCH_SAMPLES)
    const few = firstSamples(this.#reference, GLANCE_SAMPLES)
    const measure = async (chosen: ReadonlySet<string>, glance?: 'glance') => {
      const session = await openSession(encodeOnnx(model(chosen)))
      const accuracy = await measureAccuracy(session, glance ? few : some, signal)
      await session.close()
      return accuracy
    }
    return leaveAlone({
      layers,
      measure,
      tolerance,
      budgetMs: SEARCH_MS,
      ...limit,
      ...(onProgress ? { onProgress } : {}),
    })
  }
}

interface Made {
  readonly model: ModelProto
  readonly notes: readonly string[]
}

function nothingTo(variant: string, why: string): UserError {
  return new UserError({
    message: `the model cannot be made ${variant}: ${why}`,
    hint: `leave ${variant} out of the variants`,
  })
}

/** Stored tensors that are no inputs came with IR version 4. */
function atLeast4({ ir_version }: ModelProto): ModelProto['ir_version'] {
  return typeof ir_version === 'number' ? Math.max(4, ir_version) : ir_version.low < 4 ? 4 : ir_version
}
