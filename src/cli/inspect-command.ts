import { UserError } from '../core/errors.ts'
import { inspectModel } from '../model/inspect-model.ts'
import { inspectionReport } from '../report/inspection.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'

/** `plimsoll inspect`: what an ONNX file says of its model. Nothing is run. */
export async function inspectCommand(file: string, { switches, lists }: Given): Promise<number> {
  const inspection = await inspectModel(file, readShapes(lists.get('input') ?? []))
  process.stdout.write(
    switches.has('json') ? `${JSON.stringify(inspection, null, 2)}\n` : inspectionReport(inspection),
  )
  return EXIT.ok
}

/** More elements than any input has. */
const MOST_ELEMENTS = 2 ** 40

/** `name=1x3x320x320` each; a scalar is `name=`. @throws UserError with every one that is not */
export function readShapes(texts: readonly string[]): Map<string, number[]> {
  const shapes = new Map<string, number[]>()
  const wrong: string[] = []
  for (const text of texts) {
    const [, name, sizes] = /^(.+)=((?:\d+(?:[x,]\d+)*)?)$/.exec(text) ?? []
    const shape = sizes ? sizes.split(/[x,]/).map(Number) : []
    const count = shape.reduce((product, size) => product * size, 1)
    if (name === undefined || !(count >= 1 && count <= MOST_ELEMENTS)) wrong.push(text)
    else shapes.set(name, shape)
  }
  if (wrong.length === 0) return shapes
  throw new UserError(
    wrong.map((text) => ({
      message: `--input ${text} is not a name and a shape`,
      hint: 'write it like --input images=1x3x224x224, each dimension at least 1',
    })),
  )
}
