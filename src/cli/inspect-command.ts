import { type Problem, UserError } from '../core/errors.ts'
import { inspectModel } from '../model/inspect-model.ts'
import { inspectionReport } from '../report/inspection.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { readShapes } from './input-options.ts'

/** `plimsoll inspect`: what an ONNX file says of its model. Nothing is run. */
export async function inspectCommand(file: string, { switches, lists }: Given): Promise<number> {
  const problems: Problem[] = []
  const shapes = readShapes(lists.get('input') ?? [], problems)
  if (problems.length > 0) throw new UserError(problems)
  const inspection = await inspectModel(file, shapes)
  process.stdout.write(
    switches.has('json') ? `${JSON.stringify(inspection, null, 2)}\n` : inspectionReport(inspection),
  )
  return EXIT.ok
}
