import { UserError } from '../core/errors.ts'
import { scenarioJsonSchema } from '../scenario/json-schema.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** What a schema may be of, loaded when it is asked for. */
const SCHEMAS: Readonly<Record<string, () => JsonSchema | Promise<JsonSchema>>> = {
  scenario: scenarioJsonSchema,
  advice: async () => (await written()).adviceJsonSchema(),
  run: async () => (await written()).runJsonSchema(),
  profile: async () => (await written()).profileJsonSchema(),
  gate: async () => (await written()).gateJsonSchema(),
  compare: async () => (await written()).comparisonJsonSchema(),
}

function written() {
  return import('../run/schema/json-schemas.ts')
}

/** `plimsoll schema` */
export async function schemaCommand({ values }: Given): Promise<number> {
  const of = values.get('of') ?? 'scenario'
  const schema = Object.hasOwn(SCHEMAS, of) ? await SCHEMAS[of]?.() : undefined
  if (!schema) {
    const hint = `one of ${Object.keys(SCHEMAS).join(', ')}`
    throw new UserError({ message: `there is no schema of ${of}`, hint })
  }
  process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`)
  return EXIT.ok
}
