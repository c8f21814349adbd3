import type { Candidate } from '../../../src/core/candidate.ts'
import { cloudFunction, cloudRun, mig, vertex, vm } from '../../fixtures/candidates.ts'
import { fakeCompute } from './compute/fake-compute.ts'
import type { FakePlatform } from './fake-cloud.ts'
import { fakeFunctions } from './fake-functions.ts'
import type { FakeProject } from './fake-project.ts'
import { fakeRun } from './fake-run.ts'
import type { FakeTokens } from './fake-tokens.ts'
import { fakeVertex } from './fake-vertex.ts'
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
    candidate: vertex(),
    yaml: 'platform: vertex, machineType: n1-standard-4',
    fake: fakeVertex,
    creatingCall: 'ModelService/UploadModel',
  },
  {
    candidate: cloudRun({ minReplicas: 0 }),
    yaml: 'platform: cloud-run, cpu: 2, memory: 2Gi, concurrency: 4',
    fake: fakeRun,
    creatingCall: 'Services/CreateService',
  },
  {
    candidate: vm({ machineType: 'n2-standard-2' }),
    yaml: 'platform: gce, kind: vm, machineType: n2-standard-2',
    fake: fakeCompute,
    creatingCall: '/instances',
  },
  {
    candidate: mig({ machineType: 'e2-standard-2', maxReplicas: 2 }),
    yaml: 'platform: gce, kind: mig, machineType: e2-standard-2, maxReplicas: 2',
    fake: fakeCompute,
    creatingCall: '/instanceGroupManagers',
  },
  {
    candidate: cloudFunction({ generation: 2, minReplicas: 0 }),
    yaml: 'platform: functions, generation: 2, memory: 2Gi',
    fake: fakeFunctions,
    creatingCall: 'FunctionService/CreateFunction',
  },
  {
    candidate: cloudFunction({ generation: 1, minReplicas: 0 }),
    yaml: 'platform: functions, generation: 1, memory: 2Gi',
    fake: fakeFunctions,
    creatingCall: 'CloudFunctionsService/CreateFunction',
  },
]

/** Servers of all platforms; several candidates of one platform share theirs. */
export function fakesOf(parts: FakeParts): readonly ((project: FakeProject) => FakePlatform)[] {
  return [...new Set(PLATFORMS_UNDER_TEST.map(({ fake }) => fake))].map((fake) => fake(parts))
}
