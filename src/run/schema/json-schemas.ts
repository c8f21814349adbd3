import { z } from 'zod'
import { ADVICE_SCHEMA } from './advice-schema.ts'
import { PROFILE_SCHEMA } from './profile-schema.ts'
import { RUN_SCHEMA } from './run-schema.ts'

type JsonSchema = Readonly<Record<string, unknown>>

const NULLS = 'A figure that is infinite, as where a queue grows without end, is null.'
const VERSIONS =
  'A field that is added comes with a new minor version of Plimsoll; one that changes or goes, with a new schemaVersion.'

/** JSON Schema (draft 2020-12) of what `plimsoll run --json`, `advise --json` and `report --format json` print. */
export function adviceJsonSchema(): JsonSchema {
  return { ...z.toJSONSchema(ADVICE_SCHEMA), title: 'Plimsoll advice', description: `${NULLS} ${VERSIONS}` }
}

/** The same of a saved run. */
export function runJsonSchema(): JsonSchema {
  return { ...z.toJSONSchema(RUN_SCHEMA), title: 'Plimsoll run', description: `${NULLS} ${VERSIONS}` }
}

/** The same of what `plimsoll profile` saves. */
export function profileJsonSchema(): JsonSchema {
  return { ...z.toJSONSchema(PROFILE_SCHEMA), title: 'Plimsoll profile', description: `${NULLS} ${VERSIONS}` }
}
