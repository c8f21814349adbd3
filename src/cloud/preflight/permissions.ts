import type { Problem } from '../../core/errors.ts'
import type { Cloud } from '../cloud.ts'

/** Permissions one call tests (Resource Manager API, 2026-08). */
const MOST = 100
const ACT_AS = 'iam.serviceAccounts.actAs'

/** Those of the permissions that the caller lacks on the project; `actAs` may be had on the service account instead. */
export async function missingPermissions(
  cloud: Cloud,
  wanted: readonly string[],
): Promise<readonly Problem[]> {
  const client = await cloud.client('cloudresourcemanager', 'global', async (options) => {
    const { ProjectsClient } = await import('@google-cloud/resource-manager')
    return new ProjectsClient(options)
  })
  const held = new Set<string>()
  for (let from = 0; from < wanted.length; from += MOST) {
    const permissions = wanted.slice(from, from + MOST)
    const request = { resource: `projects/${cloud.project}`, permissions }
    const [reply] = await client.testIamPermissions(request, cloud.callOptions)
    for (const permission of reply.permissions ?? []) held.add(permission)
  }
  const missing = wanted.filter((permission) => !held.has(permission))
  if (missing.includes(ACT_AS) && (await actsAs(cloud)))
    return missing.filter((each) => each !== ACT_AS).map(problem)
  return missing.map(problem)
}

/** The predefined role of least privilege that has a permission, by the beginning of its name (IAM docs, 2026-08). */
const ROLES: readonly (readonly [prefix: string, role: string])[] = [
  ['run.routes.invoke', 'roles/run.invoker'],
  ['run.', 'roles/run.developer'],
  ['aiplatform.', 'roles/aiplatform.user'],
  ['cloudfunctions.functions.invoke', 'roles/cloudfunctions.invoker'],
  ['cloudfunctions.', 'roles/cloudfunctions.developer'],
  ['compute.firewalls.', 'roles/compute.securityAdmin'],
  ['compute.networks.', 'roles/compute.securityAdmin'],
  ['compute.backendServices.', 'roles/compute.loadBalancerAdmin'],
  ['compute.globalForwardingRules.', 'roles/compute.loadBalancerAdmin'],
  ['compute.healthChecks.', 'roles/compute.loadBalancerAdmin'],
  ['compute.targetHttpProxies.', 'roles/compute.loadBalancerAdmin'],
  ['compute.urlMaps.', 'roles/compute.loadBalancerAdmin'],
  ['compute.', 'roles/compute.instanceAdmin.v1'],
  ['storage.', 'roles/storage.admin'],
  ['artifactregistry.', 'roles/artifactregistry.reader'],
  ['iam.serviceAccounts.', 'roles/iam.serviceAccountUser'],
  ['logging.', 'roles/logging.viewer'],
  ['serviceusage.', 'roles/serviceusage.serviceUsageViewer'],
  ['cloudquotas.', 'roles/cloudquotas.viewer'],
]

function problem(permission: string): Problem {
  const role = ROLES.find(([prefix]) => permission.startsWith(prefix))?.[1]
  const hint = role === undefined ? 'ask an administrator of the project for it' : `${role} has it`
  return { message: `permission ${permission} is missing`, hint }
}

async function actsAs(cloud: Cloud): Promise<boolean> {
  const { serviceAccount } = cloud.settings
  if (serviceAccount === undefined) return false
  const path = `/v1/projects/-/serviceAccounts/${serviceAccount}:testIamPermissions`
  const body = { permissions: [ACT_AS] }
  const reply = await cloud.rest('iam', { method: 'POST', path, body }).catch(() => undefined)
  return ((reply ?? {}) as { permissions?: readonly string[] }).permissions?.includes(ACT_AS) ?? false
}
