import type { OperationsClient, operationsProtos } from 'google-gax'
import type { Cloud } from './cloud.ts'
import type { Pending } from './scope.ts'

type Operation = operationsProtos.google.longrunning.IOperation

/** What generated clients with long-running operations have. */
export interface OperationsOwner {
  readonly operationsClient: OperationsClient
}

/** What a call that starts an operation answers with; `name` is what it is asked for by. */
type Started = { readonly name?: string | null | undefined } | undefined

/** A started operation, to be looked at until it is done; what it made is to be asked for by its name. */
export function pendingOperation(cloud: Cloud, client: OperationsOwner, started: Started): Pending<true> {
  const name = started?.name ?? ''
  return { look: async () => (await lookAt(cloud, client, name)) || undefined }
}

/** @returns whether it is done @throws what it failed with, with its gRPC code */
async function lookAt(cloud: Cloud, { operationsClient }: OperationsOwner, name: string): Promise<boolean> {
  const request = { name } as operationsProtos.google.longrunning.GetOperationRequest
  const [{ done, error }] = await operationsClient.getOperation(request, cloud.callOptions)
  if (error)
    throw Object.assign(new Error(error.message ?? 'the operation failed'), { code: error.code ?? 2 })
  return done === true
}

/** Waits for the operation of a deletion, no longer than a deployment may take. */
export async function awaitOperation(cloud: Cloud, client: OperationsOwner, started: Started): Promise<void> {
  const { pace, settings } = cloud
  const endMs = pace.now() + settings.readyTimeoutMs
  while (!(await lookAt(cloud, client, started?.name ?? ''))) {
    if (pace.now() >= endMs) throw Object.assign(new Error('the operation does not end'), { code: 4 })
    await pace.sleep(settings.pollMs)
  }
}

/** Options of a call that lists page by page: the client warns of its own default, to fetch all pages at once. */
export function listOptions({ callOptions }: Cloud) {
  return { ...callOptions, autoPaginate: false }
}

/** Operations about a resource that have not ended, oldest first as the API lists them. */
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
