import { DISK_TYPE, type GceCandidate } from '../../core/candidate.ts'
import { machineType } from '../../core/machine-type.ts'
import { cloudInit } from '../../serving/package/cloud-init.ts'
import { serverEnvironment } from '../../serving/server-environment.ts'
import type { DeployOrder } from '../deployer.ts'
import { nameOf } from './names.ts'

/** Label of a VM that tells the type of its boot disk, which its own listing does not. */
export const DISK_LABEL = 'plimsoll-disk'

const COS_IMAGE = 'projects/cos-cloud/global/images/family/cos-stable'
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'

/** GPUs that are no part of the machine type. */
export function attachedGpus(candidate: GceCandidate) {
  return machineType(candidate.machineType)?.accelerator ? undefined : candidate.accelerator
}

/**
 * What a VM and the template of a group have in common. Types are names in a template, and paths within a zone in a VM.
 * @param zone absent for a template
 */
export function machineProperties(candidate: GceCandidate, order: DeployOrder, zone?: string) {
  const gpu = attachedGpus(candidate)
  const inZone = (collection: string, name: string) =>
    zone === undefined ? name : `zones/${zone}/${collection}/${name}`
  return {
    description: 'Created by plimsoll to measure a model; it deletes it afterwards.',
    machineType: inZone('machineTypes', candidate.machineType),
    labels: { ...order.labels, [DISK_LABEL]: candidate.diskType ?? DISK_TYPE },
    tags: { items: [nameOf(order)] },
    disks: [bootDisk(candidate, order, inZone)],
    networkInterfaces: [
      {
        ...networkOf(order),
        // The image is fetched, and the VM is reached, over this address.
        accessConfigs: [{ type: 'ONE_TO_ONE_NAT', name: 'External NAT' }],
      },
    ],
    ...(gpu && {
      guestAccelerators: [
        { acceleratorType: inZone('acceleratorTypes', gpu.type), acceleratorCount: gpu.count },
      ],
    }),
    serviceAccounts: [{ email: order.settings.serviceAccount ?? 'default', scopes: [SCOPE] }],
    metadata: { items: [{ key: 'user-data', value: userData(candidate, order) }] },
    scheduling: scheduling(candidate),
  }
}

function bootDisk(
  { diskGib, diskType = DISK_TYPE }: GceCandidate,
  { labels }: DeployOrder,
  inZone: (collection: string, name: string) => string,
) {
  return {
    boot: true,
    // Goes with its VM: a disk left behind would bill on.
    autoDelete: true,
    initializeParams: {
      sourceImage: COS_IMAGE,
      diskSizeGb: diskGib,
      diskType: inZone('diskTypes', diskType),
      labels,
    },
  }
}

export function networkOf({ settings }: DeployOrder) {
  const network = `global/networks/${settings.network ?? 'default'}`
  return settings.subnetwork === undefined ? { network } : { network, subnetwork: settings.subnetwork }
}

function userData(candidate: GceCandidate, { settings, image = '' }: DeployOrder): string {
  return cloudInit({
    image,
    port: settings.port,
    gpus: candidate.accelerator?.count ?? 0,
    env: {
      ...(settings.modelUri !== undefined && { MODEL_URI: settings.modelUri }),
      ...serverEnvironment(candidate),
    },
  })
}

/** VMs with GPUs cannot move to another host, and spot VMs are taken away: both end there. */
function scheduling({ purchase, accelerator }: GceCandidate) {
  if (purchase === 'spot') {
    return {
      provisioningModel: 'SPOT',
      instanceTerminationAction: 'DELETE',
      automaticRestart: false,
      onHostMaintenance: 'TERMINATE',
    }
  }
  return accelerator ? { onHostMaintenance: 'TERMINATE', automaticRestart: true } : {}
}
