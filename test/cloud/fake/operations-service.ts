import { createRequire } from 'node:module'
import type { FakeProject } from './fake-project.ts'
import type { GrpcService, Message } from './grpc-services.ts'

/** The JSON protos that a client package carries. */
export function protosOf(name: string): object {
  return createRequire(import.meta.url)(`${name}/build/protos/protos.json`) as object
}

/**
 * `google.longrunning.Operations`, which every API serves. Responses are `Any`s, and can hold messages of the root that
 * the service is built from: so it is built from the protos of all services together.
 */
export function operationsService(project: FakeProject, others: readonly GrpcService[]): GrpcService {
  const look = ({ name }: Message) => project.operations.look(name)
  const all = new Set([protosOf('@google-cloud/run'), ...others.map(({ protos }) => protos)])
  return {
    protos: mergedProtos([...all]),
    service: 'google.longrunning.Operations',
    methods: { getOperation: look, waitOperation: look, cancelOperation: () => ({}) },
  }
}

interface Namespace {
  nested?: Record<string, Namespace>
}

function mergedProtos(all: readonly object[]): object {
  const merged: Namespace = {}
  for (const protos of all) merge(merged, structuredClone(protos) as Namespace)
  return merged
}

/** Namespaces are merged; of messages that several packages carry, the first is kept. */
function merge(into: Namespace, from: Namespace): void {
  for (const [name, child] of Object.entries(from.nested ?? {})) {
    into.nested ??= {}
    const known = into.nested[name]
    if (known === undefined) into.nested[name] = child
    else if (!('fields' in known) && !('values' in known)) merge(known, child)
  }
}
