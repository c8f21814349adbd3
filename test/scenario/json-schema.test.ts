import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { CANDIDATE_SCHEMAS, PLATFORM_IDS, SCENARIO_SCHEMA } from '../../src/scenario/definition.ts'
import { scenarioJsonSchema } from '../../src/scenario/json-schema.ts'

type Schema = { properties: Record<string, Schema>; anyOf: Schema[]; items: Schema; [key: string]: unknown }

const schema = scenarioJsonSchema() as Schema
const candidates = schema.properties.candidates?.items.anyOf ?? []
const conforms = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema)
const examples = readdirSync('scenarios').filter((name) => name.endsWith('.yaml'))

describe('the JSON Schema of scenario files', () => {
  test('has every section and every field of the definition, and allows no other', () => {
    expect(Object.keys(schema.properties)).toEqual(Object.keys(SCENARIO_SCHEMA.shape))
    expect(schema.additionalProperties).toBe(false)
    for (const section of ['model', 'slo', 'traffic'] as const) {
      expect(Object.keys(schema.properties[section]?.properties ?? {})).toEqual(
        Object.keys(SCENARIO_SCHEMA.shape[section].shape),
      )
    }
    expect(Object.keys(schema.properties.load?.properties ?? {})).toContain('warmup')
  })

  test('requires what has no default and nothing else', () => {
    expect(schema.required).toEqual(['model', 'slo', 'traffic', 'candidates'])
  })

  test('has a branch for each platform with all its fields, each of them single or a list', () => {
    expect(candidates).toHaveLength(PLATFORM_IDS.length)
    PLATFORM_IDS.forEach((platform, index) => {
      const { properties = {} } = candidates[index] ?? {}
      expect(Object.keys(properties)).toEqual(Object.keys(CANDIDATE_SCHEMAS[platform].shape))
      for (const field of Object.values(properties)) {
        expect(field.anyOf).toHaveLength(2)
        expect(field.anyOf[1]).toMatchObject({ type: 'array', minItems: 1, items: field.anyOf[0] })
      }
    })
  })

  test('describes every field, so that editors can explain it', () => {
    const fields = candidates.flatMap(({ properties }) =>
      Object.entries(properties).filter(([name]) => name !== 'platform'),
    )
    expect(fields.length).toBeGreaterThan(30)
    expect(fields.filter(([, { description }]) => !description).map(([name]) => name)).toEqual([])
  })

  test.each(examples)('accepts scenarios/%s', (name) => {
    const result = conforms.safeParse(parse(readFileSync(join('scenarios', name), 'utf8')))
    expect(result.error?.issues ?? []).toEqual([])
  })

  test.each([
    ['an unknown section', { budget: 5 }],
    ['a bare number for a duration', { slo: { p95: 200 } }],
    ['an unknown region', { region: 'moon-north1' }],
    ['no candidates', { candidates: [] }],
    ['an unknown platform', { candidates: [{ platform: 'gke' }] }],
    [
      'a field of another platform',
      { candidates: [{ platform: 'cloud-run', machineType: 'n1-standard-2' }] },
    ],
    ['a text for a count', { load: { requests: 'many' } }],
  ])('refuses %s', (_, change) => {
    const sound = parse(readFileSync('scenarios/quickstart.yaml', 'utf8'))
    expect(conforms.safeParse(sound).success).toBe(true)
    expect(conforms.safeParse({ ...sound, ...change }).success).toBe(false)
  })

  test('is what scenarios/scenario.schema.json holds, the file that the examples name', () => {
    expect(JSON.parse(readFileSync('scenarios/scenario.schema.json', 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(schema)),
    )
  })
})
