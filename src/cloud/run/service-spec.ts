import type { protos } from '@google-cloud/run'
import type { CloudRunCandidate } from '../../core/candidate.ts'
import { serverEnvironment } from '../../serving/server-environment.ts'
import type { DeployOrder } from '../deployer.ts'
import { instances } from './plan.ts'

type Service = protos.google.cloud.run.v2.IService

/** Longest request timeout of Cloud Run, s (Cloud Run Admin API, 2026-08). */
const LONGEST_TIMEOUT_S = 3600

/**
 * The service as the candidate says. `cpuIdle` is always set: left out beside other resources it would mean billing by
 * the instance, whatever the candidate says.
 */
export function serviceSpec(candidate: CloudRunCandidate, order: DeployOrder): Service {
  const { settings, labels, image = '', requestTimeoutMs } = order
  const { accelerator, concurrency } = candidate
  const { min, max } = instances(candidate, order)
  const timeoutS = Math.min(LONGEST_TIMEOUT_S, Math.max(1, Math.ceil(requestTimeoutMs / 1000)))
  return {
    labels: { ...labels },
    scaling: { minInstanceCount: min },
    template: {
      labels: { ...labels },
      maxInstanceRequestConcurrency: concurrency,
      scaling: { maxInstanceCount: max },
      timeout: { seconds: timeoutS },
      ...(settings.serviceAccount && { serviceAccount: settings.serviceAccount }),
      ...(accelerator && {
        nodeSelector: { accelerator: accelerator.type },
        gpuZonalRedundancyDisabled: true,
      }),
      containers: [
        {
          image,
          ports: [{ containerPort: settings.port }],
          env: environment(candidate, order),
          resources: {
            limits: limits(candidate),
            cpuIdle: candidate.billing === 'request-based',
            startupCpuBoost: true,
          },
          startupProbe: {
            httpGet: { path: settings.healthPath, port: settings.port },
            periodSeconds: 1,
            timeoutSeconds: 1,
            failureThreshold: 240,
          },
        },
      ],
    },
  }
}

function environment(candidate: CloudRunCandidate, { settings }: DeployOrder) {
  const model = settings.modelUri === undefined ? {} : { MODEL_URI: settings.modelUri }
  return Object.entries({ ...model, ...serverEnvironment(candidate) }).map(([name, value]) => ({
    name,
    value,
  }))
}

/** In the units of Kubernetes: `cpu: "2"`, `memory: "2048Mi"`. */
function limits({ vcpus, memoryGib, accelerator }: CloudRunCandidate): Record<string, string> {
  return {
    cpu: Number.isInteger(vcpus) ? String(vcpus) : `${Math.round(vcpus * 1000)}m`,
    memory: `${Math.round(memoryGib * 1024)}Mi`,
    ...(accelerator && { 'nvidia.com/gpu': String(accelerator.count) }),
  }
}
