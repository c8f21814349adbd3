import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Candidate } from '../core/candidate.ts'
import { UserError } from '../core/errors.ts'
import type { Scenario } from '../core/scenario.ts'
import { explainLoss, type VariantFacts } from '../core/variant.ts'
import { loadRun, RUN_FILE } from '../run/run-store.ts'
import { newestRunOf } from './find-runs.ts'

/** A model in the form that a candidate runs, and what is to be said of it. */
export interface VariantFile {
  readonly path: string
  readonly note?: string
}

/**
 * The model as it is, the user's own file, or what a run made of the model and measured.
 *
 * @param run folder, or `run.json`, of that run; where absent, the newest of the scenario
 * @throws UserError where there is no such run, or its file is not what it measured
 */
export function variantFile(
  file: string,
  { name, model }: Scenario,
  { variant }: Candidate,
  run: string | undefined = newestRunOf(name),
): VariantFile {
  if (variant === undefined || variant === 'fp32') return { path: model.path }
  const own = model.variants?.find((each) => each.name === variant)?.path
  if (own !== undefined) return { path: own }
  const hint = `plimsoll run ${file} makes it and measures its accuracy; --run names another run`
  if (run === undefined) {
    throw new UserError({ message: `${variant} is made by a run, and none is in reports/ here`, file, hint })
  }
  const runFile = run.endsWith('.json') ? run : join(run, RUN_FILE)
  const { profile, variants } = loadRun(runFile)
  const facts = variants?.find((each) => each.facts.name === variant)?.facts
  if (!facts) throw new UserError({ message: `the run has no ${variant}`, file: runFile, hint })
  if (profile && profile.model.sha256 !== hashOf(model.path)) {
    throw new UserError({
      message: `the model has changed since the run made ${variant}`,
      file: runFile,
      hint,
    })
  }
  const made = [facts.path, join(dirname(runFile), 'variants', basename(facts.path))]
  const path = made.find((each) => existsSync(each) && hashOf(each) === facts.sha256)
  if (path === undefined) {
    throw new UserError({
      message: `the ${variant} that the run measured is gone or has changed`,
      file: facts.path,
      hint,
    })
  }
  return { path, note: noteOf(facts, runFile) }
}

function noteOf({ name, accuracy }: VariantFacts, runFile: string): string {
  return `${name} as ${runFile} measured it${accuracy ? `: ${explainLoss(accuracy)}` : ''}`
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
