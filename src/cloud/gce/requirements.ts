import { DISK_TYPE, type GceCandidate } from '../../core/candidate.ts'
import { machineType } from '../../core/machine-type.ts'
import type { DeployOrder, QuotaNeed, Requirements } from '../deployer.ts'
import { groupSize } from './plan.ts'

/** The fewest permissions that creating, finding, reading and deleting take, by the collection that they are of. */
const COMMON = [
  'compute.firewalls.create',
  'compute.firewalls.delete',
  'compute.firewalls.get',
  'compute.firewalls.list',
  'compute.networks.updatePolicy',
  'compute.instances.create',
  'compute.instances.list',
  'compute.instances.getSerialPortOutput',
  'compute.instances.setLabels',
  'compute.instances.setMetadata',
  'compute.instances.setServiceAccount',
  'compute.instances.setTags',
  'compute.disks.create',
  'compute.subnetworks.use',
  'compute.subnetworks.useExternalIp',
  'compute.machineTypes.list',
  'compute.acceleratorTypes.list',
  'compute.regions.get',
  'compute.globalOperations.get',
  'iam.serviceAccounts.actAs',
]
const VM_ONLY = ['compute.instances.delete', 'compute.instances.get', 'compute.zoneOperations.get']
const GROUP_ONLY = [
  'compute.autoscalers.create',
  'compute.autoscalers.delete',
  'compute.autoscalers.list',
  'compute.backendServices.create',
  'compute.backendServices.delete',
  'compute.backendServices.get',
  'compute.backendServices.list',
  'compute.backendServices.use',
  'compute.globalForwardingRules.create',
  'compute.globalForwardingRules.delete',
  'compute.globalForwardingRules.get',
  'compute.globalForwardingRules.list',
  'compute.healthChecks.create',
  'compute.healthChecks.delete',
  'compute.healthChecks.list',
  'compute.healthChecks.useReadOnly',
  'compute.instanceGroupManagers.create',
  'compute.instanceGroupManagers.delete',
  'compute.instanceGroupManagers.get',
  'compute.instanceGroupManagers.list',
  'compute.instanceGroupManagers.use',
  'compute.instanceGroups.use',
  'compute.instanceTemplates.create',
  'compute.instanceTemplates.delete',
  'compute.instanceTemplates.get',
  'compute.instanceTemplates.list',
  'compute.instanceTemplates.useReadOnly',
  'compute.regionOperations.get',
  'compute.targetHttpProxies.create',
  'compute.targetHttpProxies.delete',
  'compute.targetHttpProxies.list',
  'compute.targetHttpProxies.use',
  'compute.urlMaps.create',
  'compute.urlMaps.delete',
  'compute.urlMaps.list',
  'compute.urlMaps.use',
]

/** Families with a quota of their own; E2 and N1 share `CPUS` (metrics of the Compute Engine API, 2026-09). */
const FAMILY_METRICS: Readonly<Record<string, string>> = {
  e2: 'CPUS',
  n1: 'CPUS',
  n2: 'N2_CPUS',
  n2d: 'N2D_CPUS',
  c2: 'C2_CPUS',
  c2d: 'C2D_CPUS',
  c3: 'C3_CPUS',
  t2d: 'T2D_CPUS',
  a2: 'A2_CPUS',
}

export function gceRequirements(candidate: GceCandidate, order: DeployOrder): Requirements {
  const { image } = order
  return {
    services: ['compute.googleapis.com'],
    permissions: [...COMMON, ...(candidate.kind === 'vm' ? VM_ONLY : GROUP_ONLY)],
    quotas: quotas(candidate, candidate.kind === 'vm' ? 1 : groupSize(candidate, order).max),
    ...(image !== undefined && { image: { uri: image } }),
    problems: [...imageProblems(image), ...replicaProblems(candidate)],
  }
}

/** In a systemd unit an image is a word of a command line. */
const IMAGE = /^[a-z0-9][a-z0-9._-]*(:\d+)?(\/[a-z0-9._-]+)+(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/i

function imageProblems(image: string | undefined) {
  const hint = 'build one with plimsoll package, push it to Artifact Registry and name it: deploy.image'
  if (image === undefined) return [{ message: 'no image to deploy', hint }]
  return IMAGE.test(image) ? [] : [{ message: `${image} is no name of an image`, hint }]
}

/** A trial loads one address. */
function replicaProblems({ kind, minReplicas, name }: GceCandidate) {
  if (kind === 'mig' || minReplicas === 1) return []
  const message = `${name}: ${minReplicas} VMs without a load balancer have no address in common to load`
  return [{ message, hint: 'measure it with replicas: 1, or as kind: mig' }]
}

function quotas(candidate: GceCandidate, vms: number): QuotaNeed[] {
  const { region, accelerator, purchase, diskGib, diskType = DISK_TYPE } = candidate
  const machine = machineType(candidate.machineType)
  const cpus = FAMILY_METRICS[machine?.family ?? '']
  const need = (metric: string, each: number): QuotaNeed => ({
    of: 'compute',
    metric,
    region,
    amount: each * vms,
  })
  const disk = diskType === 'pd-standard' ? 'DISKS_TOTAL_GB' : 'SSD_TOTAL_GB'
  return [
    ...(cpus && machine ? [need(cpus, Math.max(1, machine.vcpus))] : []),
    ...(accelerator ? [need(gpuMetric(accelerator.type, purchase === 'spot'), accelerator.count)] : []),
    need('INSTANCES', 1),
    need('IN_USE_ADDRESSES', 1),
    need(disk, diskGib),
  ]
}

/** `nvidia-tesla-t4` is NVIDIA_T4_GPUS; spot VMs have their own. */
function gpuMetric(type: string, spot: boolean): string {
  const model = type.replace(/^nvidia-(tesla-)?/, '').replaceAll('-', '_')
  const name = { h100_80gb: 'H100', a100_80gb: 'A100_80GB' }[model] ?? model.toUpperCase()
  return `${spot ? 'PREEMPTIBLE_' : ''}NVIDIA_${name}_GPUS`
}
