import type { Purchase } from './bill.ts'
import { type Candidate, DISK_GIB, REPLICA_BOUNDS } from './candidate.ts'
import { parseVertexEndpoint } from './vertex-endpoint.ts'

/** A candidate before it is named. */
export type Unnamed = Candidate extends infer C ? (C extends Candidate ? Omit<C, 'name'> : never) : never

/** What distinguishes a candidate, without its region: `cloud-run 2cpu 2Gi c4`, `vertex n1-standard-4 +t4`. */
export function describeCandidate(candidate: Unnamed): string {
  const gpu = candidate.accelerator && gpuLabel(candidate.accelerator.type, candidate.accelerator.count)
  const threads = candidate.threads > 1 ? `${candidate.threads}threads` : undefined
  const batch = candidate.maxBatch === undefined ? undefined : `batch${candidate.maxBatch}`
  return [...settings(candidate), gpu, threads, batch, candidate.variant].filter(Boolean).join(' ')
}

/** The unique, readable name of a candidate: its description, its region and where it runs, if it does. */
export function candidateName(candidate: Unnamed): string {
  const at = candidate.url === undefined ? '' : ` @${place(candidate.url)}`
  return `${describeCandidate(candidate)} ${candidate.region}${at}`
}

/** Host and path: deployments on Vertex AI share a host. Without the query, which might hold a key. */
function place(url: string): string {
  const endpoint = parseVertexEndpoint(url)
  if (endpoint) return endpoint.name.slice(endpoint.name.indexOf('endpoints/'))
  const { host, pathname } = new URL(url)
  return `${host}${pathname === '/' ? '' : pathname}`
}

function settings(candidate: Unnamed): (string | undefined)[] {
  switch (candidate.platform) {
    case 'vertex':
      return ['vertex', candidate.machineType, purchase(candidate), bounds(candidate, REPLICA_BOUNDS.vertex)]
    case 'cloud-run': {
      const billing = candidate.billing === 'instance-based' ? 'instance-billed' : undefined
      const shape = `${candidate.vcpus}cpu ${candidate.memoryGib}Gi c${candidate.concurrency}`
      return ['cloud-run', shape, billing, bounds(candidate, REPLICA_BOUNDS['cloud-run'])]
    }
    case 'functions': {
      const cpu = candidate.vcpus === undefined ? undefined : `${candidate.vcpus}cpu`
      const concurrency = candidate.concurrency > 1 ? `c${candidate.concurrency}` : undefined
      const size = `${candidate.memoryMib}Mi`
      return [
        `functions gen${candidate.generation}`,
        size,
        cpu,
        concurrency,
        bounds(candidate, REPLICA_BOUNDS.functions),
      ]
    }
    case 'gce': {
      const fleet = candidate.minReplicas > 1 ? `x${candidate.minReplicas}` : undefined
      const replicas = candidate.kind === 'vm' ? fleet : bounds(candidate, REPLICA_BOUNDS.mig)
      const disk = candidate.diskGib === DISK_GIB ? undefined : `${candidate.diskGib}Gi-disk`
      return [
        `gce ${candidate.kind}`,
        candidate.machineType,
        purchase(candidate),
        replicas,
        disk,
        candidate.diskType,
      ]
    }
  }
}

/** How it is bought, unless on demand. */
function purchase(candidate: { readonly purchase?: Purchase }): string | undefined {
  return candidate.purchase === 'on-demand' ? undefined : candidate.purchase
}

/** Replica bounds, unless they are the platform's defaults. */
function bounds(candidate: Unnamed, [least, most]: readonly [number, number]): string | undefined {
  const { minReplicas, maxReplicas } = candidate
  return minReplicas === least && maxReplicas === most ? undefined : `${minReplicas}..${maxReplicas}`
}

/** `nvidia-tesla-t4` to `+t4`, two of them to `+2xt4`. */
function gpuLabel(type: string, count: number): string {
  const short = type.replace(/^nvidia-(tesla-)?/, '')
  return `+${count > 1 ? `${count}x` : ''}${short}`
}
