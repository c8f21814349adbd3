import type { Candidate } from '../../../src/core/candidate.ts'
import { cloudRun } from '../../fixtures/candidates.ts'
import type { FakePlatform } from './fake-cloud.ts'
import type { FakeProject } from './fake-project.ts'
import { fakeRun } from './fake-run.ts'
import type { FakeTokens } from './fake-tokens.ts'
import type { Backend } from './live-endpoint.ts'

/** What the fake servers of a platform get. */
export interface FakeParts {
  readonly tokens: FakeTokens
  /** Starts an instance that answers predictions. */
  readonly serve: () => Promise<Backend>
}

/** One platform in the contract suite. */
export interface PlatformUnderTest {
  readonly candidate: Candidate
  /** The same, or one like it, as a scenario has it: the full run and the fault sweep take it. */
  readonly yaml: string
  readonly fake: (parts: FakeParts) => (project: FakeProject) => FakePlatform
  /** A call without which nothing is created, to be refused: part of its name. */
  readonly creatingCall: string
}

/** Every platform: one line each. The contract suite, the full run and the fault sweep take them from here. */
export const PLATFORMS_UNDER_TEST: readonly PlatformUnderTest[] = [
  {
    candidate: cloudRun({ minReplicas: 0 }),
    yaml: 'platform: cloud-run, cpu: 2, memory: 2Gi, concurrency: 4',
    fake: fakeRun,
    creatingCall: 'Services/CreateService',
  },
]
