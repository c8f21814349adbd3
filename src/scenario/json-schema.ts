import { z } from 'zod'
import { CANDIDATE_SCHEMAS, SCENARIO_SCHEMA } from './definition.ts'

type JsonSchema = { [key: string]: unknown }

/** JSON Schema (draft 2020-12) of the scenario file, for editors; every candidate field may be a list there too. */
export function scenarioJsonSchema(): JsonSchema {
  const schema = toJsonSchema(SCENARIO_SCHEMA)
  const properties = schema.properties as Record<string, JsonSchema>
  const candidates = Object.values(CANDIDATE_SCHEMAS).map((candidate) => orLists(toJsonSchema(candidate)))
  properties.candidates = { ...properties.candidates, items: { anyOf: candidates } }
  return { ...schema, title: 'Plimsoll scenario' }
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input' }) as JsonSchema
}

function orLists(schema: JsonSchema): JsonSchema {
  const { $schema: _, properties, ...rest } = schema
  const fields = Object.entries(properties as Record<string, JsonSchema>).map(([name, field]) => {
    const { description, ...single } = field
    return [name, { description, anyOf: [single, { type: 'array', items: single, minItems: 1 }] }]
  })
  return { ...rest, properties: Object.fromEntries(fields) }
}
