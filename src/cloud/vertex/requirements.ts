import type { VertexCandidate } from '../../core/candidate.ts'
import { machineType } from '../../core/machine-type.ts'
import type { DeployOrder, QuotaNeed, Requirements } from '../deployer.ts'
import { shapeOf } from './shape.ts'

const SERVICE = 'aiplatform.googleapis.com'

/** roles/aiplatform.user has all of them (IAM permissions reference, 2026-08). */
const PERMISSIONS = [
  ...[
    'aiplatform.models.upload',
    'aiplatform.models.get',
    'aiplatform.models.list',
    'aiplatform.models.delete',
  ],
  ...['aiplatform.endpoints.create', 'aiplatform.endpoints.get', 'aiplatform.endpoints.list'],
  ...['aiplatform.endpoints.deploy', 'aiplatform.endpoints.undeploy', 'aiplatform.endpoints.delete'],
  ...['aiplatform.endpoints.predict', 'aiplatform.locations.list', 'aiplatform.operations.list'],
]

/** GPUs as the quotas of serving are named (gcloud ai endpoints deploy-model, 2026-08). */
const GPU_QUOTAS: Readonly<Record<string, string>> = {
  'nvidia-tesla-p4': 'P4',
  'nvidia-tesla-t4': 'T4',
  'nvidia-l4': 'L4',
  'nvidia-tesla-v100': 'V100',
  'nvidia-tesla-p100': 'P100',
  'nvidia-tesla-a100': 'A100',
  'nvidia-a100-80gb': 'A10080GB',
}

export function vertexRequirements(candidate: VertexCandidate, order: DeployOrder): Requirements {
  const { image, settings } = order
  return {
    services: [SERVICE],
    permissions: [
      ...PERMISSIONS,
      ...(settings.serviceAccount === undefined ? [] : ['iam.serviceAccounts.actAs']),
    ],
    quotas: quotasOf(candidate, order),
    ...(image !== undefined && { image: { uri: image, region: candidate.region } }),
    problems:
      image === undefined
        ? [
            {
              message: 'Vertex AI serves a container image, and neither the candidate nor deploy names one',
              hint: 'plimsoll package --platform vertex writes one that serves the model; then set deploy.image',
            },
          ]
        : [],
  }
}

/** Counted for the most replicas: "max_replica_count * number of cores" (DedicatedResources, the API's comment). */
function quotasOf(candidate: VertexCandidate, order: DeployOrder): QuotaNeed[] {
  const { region, accelerator, maxReplicas } = shapeOf(candidate, order)
  const vcpus = machineType(candidate.machineType)?.vcpus ?? 0
  const need = (what: string, amount: number): QuotaNeed => ({
    of: 'service',
    service: SERVICE,
    quotaId: `CustomModelServing${what}PerProjectPerRegion`,
    region,
    amount,
  })
  const gpu = accelerator && GPU_QUOTAS[accelerator.type]
  return [
    need('CPUs', vcpus * maxReplicas),
    ...(gpu === undefined ? [] : [need(`${gpu}GPUs`, (accelerator?.count ?? 0) * maxReplicas)]),
  ]
}
