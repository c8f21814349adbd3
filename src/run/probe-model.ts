import type { Problem } from '../core/errors.ts'
import { UserError } from '../core/errors.ts'
import type { ModelFacts } from '../core/measurement.ts'
import type { Scenario } from '../core/scenario.ts'
import { findWork } from '../model/inspect-model.ts'
import { checkInputs } from '../serving/check-inputs.ts'
import { describeModel } from '../serving/describe-model.ts'
import { startLocalServer } from '../serving/local-server.ts'
import { buildPayload } from '../serving/payload.ts'

/** A model that loads and whose inputs are as the scenario says, with the request that it will be sent. */
export interface ProbedModel {
  readonly facts: ModelFacts
  readonly body: Buffer
}

/** Places a problem with a field of the scenario in its file. */
export type Locate = (path: readonly (string | number)[], message: string, hint?: string) => Problem

/**
 * Loads the model once, in a process of its own, before anything is measured.
 * @throws UserError with every mismatch between the scenario's inputs and the model's
 */
export async function probeModel(
  scenario: Scenario,
  locate: Locate,
  signal: AbortSignal,
): Promise<ProbedModel> {
  const server = await startServer(scenario, locate, signal)
  try {
    const mismatches = checkInputs(scenario.model.inputs, server.facts.inputs)
    if (mismatches.length > 0) {
      throw new UserError(
        mismatches.map(({ input, message, hint }) => locate(['model', 'inputs', input ?? ''], message, hint)),
      )
    }
    const described = await describeModel(scenario.model.path, server.facts)
    const shapes = Object.entries(scenario.model.inputs).map(([name, { shape }]) => [name, shape] as const)
    const work = await findWork(scenario.model.path, new Map(shapes))
    const facts = work ? { ...described, work } : described
    return { facts, body: buildPayload(scenario.model, facts.inputs, scenario.load.seed) }
  } finally {
    await server.stop()
  }
}

async function startServer(scenario: Scenario, locate: Locate, signal: AbortSignal) {
  try {
    return await startLocalServer({ modelPath: scenario.model.path, threads: 1, signal })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(error.problems.map(({ message, hint }) => locate(['model', 'file'], message, hint)))
  }
}
