import type { CloudRunCandidate } from '../../core/candidate.ts'
import type { Deployer, DeployOrder, Requirements } from '../deployer.ts'
import { pendingOperation } from '../pending.ts'
import type { Scope } from '../scope.ts'
import { servicesClient } from './client.ts'
import { planService, serviceName } from './plan.ts'
import { serviceKind } from './service-kind.ts'
import { serviceSpec } from './service-spec.ts'

/** The fewest permissions that creating, finding, scaling, calling and deleting a service takes. */
const PERMISSIONS = [
  'run.services.create',
  'run.services.get',
  'run.services.list',
  'run.services.update',
  'run.services.delete',
  'run.operations.get',
  'run.routes.invoke',
  'iam.serviceAccounts.actAs',
]
/** L4 GPUs without zonal redundancy in a region (Cloud Run quotas, 2026-08). */
const L4_QUOTA = 'NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion'

/** A Cloud Run service of the candidate's shape, called with an ID token. */
export const cloudRunDeployer: Deployer<CloudRunCandidate> = {
  platform: 'cloud-run',
  kinds: [serviceKind],
  plan: planService,
  requirements: (candidate, order): Requirements => {
    const { image } = order
    const noImage = {
      message: 'no image to deploy',
      hint: 'build one with plimsoll package, push it to Artifact Registry and name it: deploy.image',
    }
    return {
      services: ['run.googleapis.com'],
      permissions: PERMISSIONS,
      quotas: gpuQuota(candidate, order),
      ...(image !== undefined && { image: { uri: image } }),
      problems: image === undefined ? [noImage] : [],
    }
  },
  deploy: async (candidate, order, scope) => {
    const [resource] = planService(candidate, order).resources
    if (!resource) throw new Error('a plan without a service')
    const url = await scope.create(resource, 'create the service', async () => {
      const client = await servicesClient(scope.cloud, candidate.region)
      const [parent = '', serviceId = ''] = resource.name.split('/services/')
      const service = serviceSpec(candidate, order)
      const [operation] = await client.createService({ parent, serviceId, service }, scope.cloud.callOptions)
      return pendingOperation<{ readonly uri?: string | null }>(operation)
    })
    if (!url.uri) throw new Error(`Cloud Run gave ${resource.name} no URL`)
    return {
      url: `${url.uri}${order.settings.predictPath}`,
      auth: { kind: 'id-token', audience: url.uri },
      ...(candidate.minReplicas === 0 && { chill: () => chill(candidate, order, scope) }),
    }
  },
  logFilter: (candidate, order) => {
    const service = serviceName(candidate, order).split('/').at(-1)
    return `resource.type="cloud_run_revision" AND resource.labels.service_name="${service}"`
  },
}

function gpuQuota({ accelerator, region }: CloudRunCandidate, { settings }: DeployOrder) {
  if (accelerator?.type !== 'nvidia-l4') return []
  const amount = accelerator.count * settings.maxReplicas
  return [{ of: 'service' as const, service: 'run.googleapis.com', quotaId: L4_QUOTA, region, amount }]
}

/**
 * Scales the service to zero by hand and hands it back to its autoscaler: the next request starts an instance. Both are
 * settings of the service, so no revision is made, which would start an instance to try itself.
 */
async function chill(candidate: CloudRunCandidate, order: DeployOrder, scope: Scope): Promise<void> {
  const client = await servicesClient(scope.cloud, candidate.region)
  const name = serviceName(candidate, order)
  const set = async (scaling: object) => {
    const request = {
      service: { name, ...serviceSpec(candidate, order), scaling },
      updateMask: { paths: ['scaling'] },
    }
    const [operation] = await client.updateService(request, scope.cloud.callOptions)
    const pending = pendingOperation<object>(operation)
    if ('look' in pending) await scope.until('scaling to zero', pending.look)
  }
  await set({ scalingMode: 'MANUAL', manualInstanceCount: 0 })
  await set({ scalingMode: 'AUTOMATIC', minInstanceCount: 0 })
}
