import { PURCHASES, type Purchase } from '../core/bill.ts'
import { machineType, machineTypeNames } from '../core/machine-type.ts'
import { ACCELERATORS, REGIONS } from '../core/regions.ts'

/** A price that a bill may ask for. */
export interface RequiredPrice {
  readonly resource: string
  readonly region: string
  readonly purchase: Purchase
}

/** Families that Vertex AI prediction offers; a test holds them against what that platform lets through. */
const VERTEX_FAMILIES = ['e2', 'n1', 'n2', 'n2d', 'c2', 'c2d', 'c3', 'g2', 'a2', 'a3']
/** It ended support for the P100 on 2026-09-15. */
const VERTEX_GPUS = ACCELERATORS.filter((type) => type !== 'nvidia-tesla-p100')
/** Families that are sold in custom shapes, and those of them whose memory may be extended. */
const CUSTOM_FAMILIES = ['e2', 'n1', 'n2', 'n2d']
const EXTENDED_FAMILIES = ['n1', 'n2', 'n2d']

/** Every price that a machine type, GPU, region, way of billing and purchase which a user may name can ask for. */
export function requiredPrices(): RequiredPrice[] {
  return REGIONS.flatMap((region) =>
    resources().flatMap(([resource, purchases]) =>
      purchases.map((purchase) => ({ resource, region, purchase })),
    ),
  )
}

type Required = [resource: string, purchases: readonly Purchase[]]

function resources(): Required[] {
  return [...computeEngine(), ...vertex(), ...serverless(), ...network()]
}

function computeEngine(): Required[] {
  const machines = machineTypeNames().flatMap((name) => machineType(name) ?? [])
  const families = new Set(machines.filter(({ soldWhole }) => !soldWhole).map(({ family }) => family))
  const names = [
    ...parts([...families], ['cpu', 'memory']),
    ...parts(CUSTOM_FAMILIES, ['custom-cpu', 'custom-memory']),
    ...parts(EXTENDED_FAMILIES, ['custom-extended-memory']),
    ...machines.filter(({ soldWhole }) => soldWhole).map(({ name }) => `machine/${name}`),
    ...ACCELERATORS.map((type) => `gpu/${type}`),
    'disk/local-ssd',
  ]
  const disks = ['pd-balanced', 'pd-standard', 'pd-ssd'].map((type) => `disk/${type}`)
  return [
    ...names.map((name): Required => [`gce/${name}`, PURCHASES]),
    ...disks.map((name) => onDemand(`gce/${name}`)),
  ]
}

/** Its components on demand, and its fee on spot: what else spot costs is Compute Engine's. */
function vertex(): Required[] {
  const names = [...parts(VERTEX_FAMILIES, ['cpu', 'memory']), ...VERTEX_GPUS.map((type) => `gpu/${type}`)]
  return names.flatMap((name) => [onDemand(`vertex/${name}`), onDemand(`vertex/fee/${name}`)])
}

function serverless(): Required[] {
  return [
    ...parts(['request-based'], ['cpu', 'memory', 'idle-cpu', 'idle-memory']).map(
      (name) => `cloud-run/${name}`,
    ),
    ...parts(['instance-based'], ['cpu', 'memory']).map((name) => `cloud-run/${name}`),
    ...['requests', 'gpu/nvidia-l4', 'gpu/nvidia-l4/zonal'].map((name) => `cloud-run/${name}`),
    ...parts(['functions-1'], ['cpu', 'memory', 'idle-cpu', 'idle-memory', 'invocations']),
  ].map(onDemand)
}

function network(): Required[] {
  return [
    ['network/ipv4', ['on-demand', 'spot']],
    ...['ipv4/unused', 'forwarding-rules', 'forwarding-rules/additional', 'egress/premium']
      .concat('load-balancer/inbound', 'load-balancer/outbound')
      .map((name) => onDemand(`network/${name}`)),
  ]
}

function parts(names: readonly string[], of: readonly string[]): string[] {
  return names.flatMap((name) => of.map((part) => `${name}/${part}`))
}

function onDemand(resource: string): Required {
  return [resource, ['on-demand']]
}
