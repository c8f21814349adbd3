import type { OperationsClient, operationsProtos } from 'google-gax'
import type { Cloud } from '../cloud.ts'
import { settle } from '../pending.ts'

type Operation = operationsProtos.google.longrunning.IOperation

/** What generated clients with long-running operations have. */
export interface OperationsOwner {
  readonly operationsClient: OperationsClient
}

/** Options of a call that lists page by page: the client warns of its own default, to fetch all pages at once. */
export function listOptions({ callOptions }: Cloud) {
  return { ...callOptions, autoPaginate: false }
}

/** Operations about a resource that have not ended. */
export async function operationsUnderWay(
  cloud: Cloud,
  { operationsClient }: OperationsOwner,
  resource: string,
): Promise<Operation[]> {
  const request = {
    name: resource,
    filter: 'done=false',
  } as operationsProtos.google.longrunning.ListOperationsRequest
  const found: Operation[] = []
  for await (const each of operationsClient.listOperationsAsync(request, listOptions(cloud))) found.push(each)
  return found.filter(({ done }) => !done)
}

/** Longest that an operation is waited for before what it makes is deleted, ms. */
const LONGEST_MS = 600_000

/**
 * Asks all operations about a resource to end, and waits until they have, well or badly.
 * @returns whether there were any
 */
export async function endOperations(
  cloud: Cloud,
  client: OperationsOwner,
  resource: string,
): Promise<boolean> {
  const underWay = await operationsUnderWay(cloud, client, resource)
  const limitMs = Math.min(LONGEST_MS, cloud.settings.readyTimeoutMs)
  for (const { name } of underWay) {
    const request = { name: name ?? '' }
    // Vertex AI may or may not heed it: the operation goes on until it says that it is done.
    await client.operationsClient.cancelOperation(
      request as operationsProtos.google.longrunning.CancelOperationRequest,
      cloud.callOptions,
    )
    const look = async () => {
      const asked = request as operationsProtos.google.longrunning.GetOperationRequest
      const [{ done }] = await client.operationsClient.getOperation(asked, cloud.callOptions)
      return done === true || undefined
    }
    await settle(cloud, { look }, { what: `an operation on ${resource}`, limitMs })
  }
  return underWay.length > 0
}
