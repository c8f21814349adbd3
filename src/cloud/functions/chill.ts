import type { FunctionsCandidate } from '../../core/candidate.ts'
import type { DeployOrder } from '../deployer.ts'
import { pendingOperation } from '../pending.ts'
import type { Scope } from '../scope.ts'
import { firstClient, secondClient } from './clients.ts'
import { functionResource } from './names.ts'
import { environment } from './requests.ts'

/**
 * Deploys the function again with one more variable in its environment, so that none of the old instances gets another
 * request. Cloud Run tries a new revision with an instance of its own: of the 2nd generation the next request may find
 * that process, and waits for the model all the same, since that is loaded at the first request.
 */
export function chillFunction(
  candidate: FunctionsCandidate,
  order: DeployOrder,
  scope: Scope,
): () => Promise<void> {
  let starts = 0
  const redeploy = candidate.generation === 1 ? redeployFirst : redeploySecond
  return async () => {
    const variables = environment(order, ++starts)
    const operation = await redeploy(functionResource(candidate, order).name, variables, scope)
    const pending = pendingOperation(operation)
    if ('look' in pending) await scope.until('deploying the function again', pending.look)
  }
}

type Variables = Record<string, string>

async function redeploySecond(name: string, environmentVariables: Variables, { cloud }: Scope) {
  const client = await secondClient(cloud)
  const request = {
    function: { name, serviceConfig: { environmentVariables } },
    updateMask: { paths: ['service_config.environment_variables'] },
  }
  const [operation] = await client.updateFunction(request, cloud.callOptions)
  return operation
}

async function redeployFirst(name: string, environmentVariables: Variables, { cloud }: Scope) {
  const client = await firstClient(cloud)
  const request = {
    function: { name, environmentVariables },
    updateMask: { paths: ['environment_variables'] },
  }
  const [operation] = await client.updateFunction(request, cloud.callOptions)
  return operation
}
