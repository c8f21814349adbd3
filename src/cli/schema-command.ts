import { scenarioJsonSchema } from '../scenario/json-schema.ts'
import { EXIT } from './exit-codes.ts'

/** `plimsoll schema` */
export function schemaCommand(): number {
  process.stdout.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
  return EXIT.ok
}
