import type { protos } from '@google-cloud/functions'
import type { FunctionsCandidate } from '../../core/candidate.ts'
import type { DeployOrder } from '../deployer.ts'
import { bundleResource, functionResource, parseObjectName } from './names.ts'
import { shapeOf } from './shape.ts'

type SecondGeneration = protos.google.cloud.functions.v2.IFunction
type FirstGeneration = protos.google.cloud.functions.v1.ICloudFunction

/** Node of the functions; the bundle wants 22 or newer, and both generations have it. */
const RUNTIME = 'nodejs22'
/** Name that the bundle's `index.js` exports the function by. */
const ENTRY_POINT = 'predict'
/** Default and longest timeouts of HTTP functions, s (Cloud Functions quotas, 2026-08). */
const TIMEOUT_S = { least: 60, most: { 1: 540, 2: 3600 } } as const

/** @param start tells one start of all instances from the next: it changes what they are made of */
export function environment({ settings }: DeployOrder, start = 0): Record<string, string> {
  return {
    MODEL_URI: settings.modelUri ?? '',
    ...(start > 0 && { PLIMSOLL_START: String(start) }),
  }
}

export function secondGeneration(candidate: FunctionsCandidate, order: DeployOrder): SecondGeneration {
  const { settings, labels } = order
  const { memoryMib, vcpus, minInstances, maxInstances } = shapeOf(candidate, order)
  return {
    name: functionResource(candidate, order).name,
    labels: { ...labels },
    environment: 'GEN_2',
    buildConfig: {
      runtime: RUNTIME,
      entryPoint: ENTRY_POINT,
      source: { storageSource: parseObjectName(bundleResource(order).name) },
    },
    serviceConfig: {
      availableMemory: `${memoryMib}Mi`,
      ...(vcpus !== undefined && { availableCpu: String(vcpus) }),
      maxInstanceRequestConcurrency: candidate.concurrency,
      minInstanceCount: minInstances,
      maxInstanceCount: maxInstances,
      timeoutSeconds: timeoutS(candidate, order),
      ingressSettings: 'ALLOW_ALL',
      environmentVariables: environment(order),
      ...(settings.serviceAccount !== undefined && { serviceAccountEmail: settings.serviceAccount }),
    },
  }
}

export function firstGeneration(candidate: FunctionsCandidate, order: DeployOrder): FirstGeneration {
  const { settings, labels } = order
  const { memoryMib, minInstances, maxInstances } = shapeOf(candidate, order)
  const { bucket, object } = parseObjectName(bundleResource(order).name)
  return {
    name: functionResource(candidate, order).name,
    labels: { ...labels },
    sourceArchiveUrl: `gs://${bucket}/${object}`,
    runtime: RUNTIME,
    entryPoint: ENTRY_POINT,
    httpsTrigger: { securityLevel: 'SECURE_ALWAYS' },
    ingressSettings: 'ALLOW_ALL',
    availableMemoryMb: memoryMib,
    minInstances,
    maxInstances,
    timeout: { seconds: timeoutS(candidate, order) },
    environmentVariables: environment(order),
    ...(settings.serviceAccount !== undefined && { serviceAccountEmail: settings.serviceAccount }),
  }
}

/** The first request of an instance waits for the model, so that a function never gets less than the default. */
function timeoutS({ generation }: FunctionsCandidate, { requestTimeoutMs }: DeployOrder): number {
  const wanted = Math.max(TIMEOUT_S.least, Math.ceil(requestTimeoutMs / 1000))
  return Math.min(TIMEOUT_S.most[generation], wanted)
}
