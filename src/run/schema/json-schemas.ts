import { z } from 'zod'
import { ADVICE_SCHEMA } from './advice-schema.ts'
import { COMPARISON_SCHEMA } from './comparison-schema.ts'
import { GATE_SCHEMA } from './gate-schema.ts'
import { PROFILE_SCHEMA } from './profile-schema.ts'
import { RUN_SCHEMA } from './run-schema.ts'

type JsonSchema = Readonly<Record<string, unknown>>

const NULLS = 'A figure that is infinite, as where a queue grows without end or nothing bounds it, is null.'
const VERSIONS =
  'A field that is added comes with a new minor version of Plimsoll; one that changes or goes, with a new schemaVersion.'

/** JSON Schema (draft 2020-12) of what `plimsoll run --json`, `advise --json` and `report --format json` print. */
export function adviceJsonSchema(): JsonSchema {
  return published(ADVICE_SCHEMA, 'Plimsoll advice')
}

/** The same of a saved run. */
export function runJsonSchema(): JsonSchema {
  return published(RUN_SCHEMA, 'Plimsoll run')
}

/** The same of what `plimsoll profile` saves. */
export function profileJsonSchema(): JsonSchema {
  return published(PROFILE_SCHEMA, 'Plimsoll profile')
}

/** The same of what `plimsoll gate --json` prints. */
export function gateJsonSchema(): JsonSchema {
  return published(GATE_SCHEMA, 'Plimsoll gate')
}

/** The same of what `plimsoll compare --json` prints. */
export function comparisonJsonSchema(): JsonSchema {
  return published(COMPARISON_SCHEMA, 'Plimsoll comparison')
}

function published(schema: z.ZodType, title: string): JsonSchema {
  return { ...z.toJSONSchema(schema), title, description: `${NULLS} ${VERSIONS}` }
}
