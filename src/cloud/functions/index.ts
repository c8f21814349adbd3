import type { protos } from '@google-cloud/functions'
import type { FunctionsCandidate } from '../../core/candidate.ts'
import { WorldError } from '../../core/errors.ts'
import type { Deployer, Deployment, DeployOrder, DeployPlan } from '../deployer.ts'
import { pendingOperation } from '../pending.ts'
import type { Scope } from '../scope.ts'
import { bundleOf } from './bundle.ts'
import { bundleKind, uploadBundle } from './bundle-kind.ts'
import { chillFunction } from './chill.ts'
import { firstClient, secondClient } from './clients.ts'
import { firstGenerationKind, secondGenerationKind } from './function-kinds.ts'
import { bundleResource, functionResource } from './names.ts'
import { firstGeneration, secondGeneration } from './requests.ts'
import { functionsRequirements } from './requirements.ts'
import { hourlyOf, shapeOf } from './shape.ts'

/** How long each step is expected to take, s. Estimates: builds take a minute or two, and nothing is published. */
const STEPS = [
  { step: 'upload the source', lowS: 1, highS: 20 },
  { step: 'build and deploy the function', lowS: 45, highS: 300 },
] as const

/** A Cloud Function of either generation, which fetches the model at its first request. */
export const functionsDeployer: Deployer<FunctionsCandidate> = {
  platform: 'functions',
  kinds: [secondGenerationKind, firstGenerationKind, bundleKind],
  plan: planFunction,
  requirements: functionsRequirements,
  deploy: deployFunction,
  logFilter: (candidate, order) => {
    const id = functionResource(candidate, order).name.split('/').at(-1)
    return candidate.generation === 1
      ? `resource.type="cloud_function" AND resource.labels.function_name="${id}"`
      : `resource.type="cloud_run_revision" AND resource.labels.service_name="${id}"`
  },
}

function planFunction(candidate: FunctionsCandidate, order: DeployOrder): DeployPlan {
  const shape = shapeOf(candidate, order)
  const capped = `at most ${shape.maxInstances} of ${candidate.maxReplicas} instances (deploy.maxReplicas)`
  return {
    resources: [
      { ...bundleResource(order), hourly: { least: [], most: [] } },
      { ...functionResource(candidate, order), hourly: hourlyOf(shape) },
    ],
    steps: STEPS,
    notes: shape.maxInstances < candidate.maxReplicas ? [capped] : [],
  }
}

async function deployFunction(
  candidate: FunctionsCandidate,
  order: DeployOrder,
  scope: Scope,
): Promise<Deployment> {
  const [bundle, planned] = planFunction(candidate, order).resources
  if (!bundle || !planned) throw new Error('a plan without a function')
  await scope.create(bundle, STEPS[0].step, async () => {
    await uploadBundle(bundle, await bundleOf(candidate, order), scope.cloud)
    return { done: true }
  })
  const url = await scope.create(planned, STEPS[1].step, async () => {
    const start = candidate.generation === 1 ? createFirst : createSecond
    return start(candidate, order, scope)
  })
  if (!url) throw new WorldError(`Cloud Functions gave ${planned.name} no URL`)
  return {
    url: new URL(url).href,
    auth: { kind: 'id-token', audience: url },
    ...(candidate.minReplicas === 0 && { chill: chillFunction(candidate, order, scope) }),
  }
}

async function createSecond(candidate: FunctionsCandidate, order: DeployOrder, { cloud }: Scope) {
  const client = await secondClient(cloud)
  const resource = functionResource(candidate, order)
  const [parent = '', functionId = ''] = resource.name.split('/functions/')
  const request = { parent, functionId, function: secondGeneration(candidate, order) }
  const [operation] = await client.createFunction(request, cloud.callOptions)
  return urlOf<protos.google.cloud.functions.v2.IFunction>(operation, (made) => made.serviceConfig?.uri)
}

async function createFirst(candidate: FunctionsCandidate, order: DeployOrder, { cloud }: Scope) {
  const client = await firstClient(cloud)
  const [location = ''] = functionResource(candidate, order).name.split('/functions/')
  const request = { location, function: firstGeneration(candidate, order) }
  const [operation] = await client.createFunction(request, cloud.callOptions)
  return urlOf<protos.google.cloud.functions.v1.ICloudFunction>(operation, (made) => made.httpsTrigger?.url)
}

/** The URL of what an operation made; empty where it has none. */
function urlOf<T extends object>(operation: object, read: (made: T) => string | null | undefined) {
  const pending = pendingOperation<T>(operation)
  const look = async () => {
    const made = 'done' in pending ? pending.done : await pending.look()
    return made && (read(made) ?? '')
  }
  return { look }
}
