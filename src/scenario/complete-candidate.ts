import { type Accelerator, type Candidate, DISK_TYPE, REPLICA_BOUNDS } from '../core/candidate.ts'
import { candidateName, type Unnamed } from '../core/candidate-name.ts'
import { machineType } from '../core/machine-type.ts'
import { parseVertexEndpoint, type VertexEndpointName } from '../core/vertex-endpoint.ts'
import { checkMachine } from './check-machine.ts'
import type { RawCandidate } from './definition.ts'
import { checkAuth, readAuth } from './read-auth.ts'

/** Reports a problem with a field of the candidate at hand. */
export type Report = (field: string, message: string, hint?: string) => void

/**
 * Fills in what a checked candidate leaves open, or reports what cannot be and returns undefined.
 * @param written the candidate as in the file: a field that is there but wrong is reported already, not missing
 */
export function completeCandidate(
  raw: RawCandidate,
  written: Readonly<Record<string, unknown>>,
  defaultRegion: string | undefined,
  report: Report,
) {
  let sound = true
  const fail: Report = (field, message, hint) => {
    sound = false
    report(field, message, hint)
  }
  const region = raw.region ?? endpointOf(raw)?.region ?? defaultRegion
  if (region === undefined && written.region === undefined)
    fail('region', 'is missing', 'give the candidate a region, or all of them one at the top')
  checkCombinations(raw, written, fail)
  if (!sound || region === undefined) return undefined
  const unnamed = { ...ofPlatform(raw), region, ...shared(raw) } as Unnamed
  return { name: candidateName(unnamed), ...unnamed } as Candidate
}

function checkCombinations(
  raw: RawCandidate,
  written: Readonly<Record<string, unknown>>,
  fail: Report,
): void {
  if ('machineType' in raw) checkMachine(raw.machineType, fail)
  const { low, high } = bounds(raw)
  if (low > high)
    fail('minReplicas', `minReplicas ${low} is over maxReplicas ${high}`, 'raise one or lower the other')
  const noGpu = accelerator(raw) === undefined && written.accelerator === undefined
  if (raw.acceleratorCount !== undefined && noGpu) {
    fail(
      'acceleratorCount',
      'acceleratorCount without an accelerator',
      'name the accelerator, e.g. nvidia-tesla-t4',
    )
  }
  if (raw.platform === 'gce') checkVmBounds(raw, fail)
  if (raw.platform === 'functions' && raw.generation === 1) checkFirstGeneration(raw, fail)
  checkAuth(raw, written, fail)
  if (written.url !== undefined) checkUrl(raw, fail)
  else if (raw.tokenEnv !== undefined)
    fail('tokenEnv', 'tokenEnv without a url', 'it is the token for that url')
  checkServer(raw, written, fail)
  checkBatch(raw, fail)
}

function checkBatch(raw: RawCandidate, fail: Report): void {
  if (raw.maxBatch === 1) return
  const why =
    raw.url !== undefined
      ? 'what runs at a url batches as it does'
      : raw.server !== 'vertex'
        ? `${raw.server} has batching of its own`
        : raw.platform === 'functions'
          ? 'a function runs requests one by one'
          : undefined
  if (why !== undefined) fail('maxBatch', `maxBatch ${raw.maxBatch}: ${why}`, 'leave it out')
}

function checkServer(raw: RawCandidate, written: Readonly<Record<string, unknown>>, fail: Report): void {
  if (raw.server !== 'vertex' && written.url === undefined && written.image === undefined) {
    fail(
      'server',
      `server ${raw.server} without a url or an image`,
      'give the url where it runs, or the image to deploy: what is modelled is the server of plimsoll serve',
    )
  }
  if (raw.servedModel !== undefined && raw.server === 'vertex') {
    fail('servedModel', 'servedModel without another server', 'add server: triton or tensorflow-serving')
  }
}

function checkVmBounds(raw: Extract<RawCandidate, { platform: 'gce' }>, fail: Report): void {
  if (raw.kind === 'mig') {
    if (raw.replicas === undefined) return
    fail('replicas', 'replicas is for kind vm', 'a mig takes minReplicas and maxReplicas')
  } else if (raw.minReplicas !== undefined || raw.maxReplicas !== undefined) {
    const field = raw.minReplicas === undefined ? 'maxReplicas' : 'minReplicas'
    fail(
      field,
      `${field} is for kind mig: a vm does not scale`,
      'write replicas: 2 for two fixed VMs, or kind: mig',
    )
  }
}

function checkFirstGeneration(raw: Extract<RawCandidate, { platform: 'functions' }>, fail: Report): void {
  if (raw.cpu !== undefined)
    fail('cpu', 'cpu is for generation 2', 'in the 1st generation CPU follows from memory')
  if (raw.concurrency !== 1) {
    fail(
      'concurrency',
      `concurrency ${raw.concurrency} in generation 1`,
      'it serves one request per instance: 1',
    )
  }
}

function checkUrl(raw: RawCandidate, fail: Report): void {
  if (raw.url === undefined) return
  const endpoint = endpointOf(raw)
  if (endpoint !== undefined) {
    checkEndpoint(raw, endpoint, fail)
    return
  }
  const url = URL.canParse(raw.url) ? new URL(raw.url) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    fail('url', `"${raw.url}" is not an http or https URL`, 'write it like https://host/predict')
  } else if (url.username || url.password) {
    fail('url', 'the url holds a user name or password', 'put the token in an environment variable: tokenEnv')
  } else if (url.search || url.hash) {
    fail(
      'url',
      'the url has a query, which may hold a key and would be saved',
      'authenticate with tokenEnv instead',
    )
  } else if (isAuthenticated(raw) && url.protocol === 'http:' && !isLoopback(url)) {
    fail('url', 'the token would travel unencrypted', 'use https')
  }
}

function endpointOf({ platform, url }: RawCandidate): VertexEndpointName | undefined {
  return platform === 'vertex' && url !== undefined ? parseVertexEndpoint(url) : undefined
}

/** A Vertex AI endpoint by its resource name, which says where it is and how it lets requests in. */
function checkEndpoint(raw: RawCandidate, { region }: VertexEndpointName, fail: Report): void {
  if (raw.tokenEnv !== undefined || readAuth(raw) !== undefined)
    fail('url', 'an endpoint takes the access token of your credentials', 'leave how it authenticates away')
  if (raw.region !== undefined && raw.region !== region)
    fail('region', `the endpoint is in ${region}, not in ${raw.region}`, `write region: ${region}`)
}

function isAuthenticated(raw: RawCandidate): boolean {
  return raw.tokenEnv !== undefined || (readAuth(raw)?.kind ?? 'none') !== 'none'
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname)
}

function shared(raw: RawCandidate) {
  const auth = readAuth(raw)
  const gpu = accelerator(raw)
  const { low, high } = bounds(raw)
  return {
    threads: raw.threads,
    ...(raw.maxBatch > 1 ? { maxBatch: raw.maxBatch } : {}),
    minReplicas: low,
    maxReplicas: high,
    ...(gpu ? { accelerator: gpu } : {}),
    ...(raw.url ? { url: raw.url } : {}),
    ...(raw.tokenEnv ? { tokenEnv: raw.tokenEnv } : {}),
    ...(auth ? { auth } : {}),
    ...(raw.image ? { image: raw.image } : {}),
    ...(raw.server === 'vertex' ? {} : { server: { kind: raw.server, model: raw.servedModel ?? 'model' } }),
  }
}

/** The GPU asked for, else the one that the machine type comes with. */
function accelerator(raw: RawCandidate): Accelerator | undefined {
  if (raw.accelerator !== undefined) return { type: raw.accelerator, count: raw.acceleratorCount ?? 1 }
  return 'machineType' in raw ? machineType(raw.machineType)?.accelerator : undefined
}

function bounds(raw: RawCandidate): { low: number; high: number } {
  if (raw.platform === 'gce' && raw.kind === 'vm') return { low: raw.replicas ?? 1, high: raw.replicas ?? 1 }
  const [least, most] = REPLICA_BOUNDS[raw.platform === 'gce' ? 'mig' : raw.platform]
  const low = raw.minReplicas ?? Math.min(least, raw.maxReplicas ?? least)
  return { low, high: raw.maxReplicas ?? Math.max(most, low) }
}

function ofPlatform(raw: RawCandidate) {
  switch (raw.platform) {
    case 'vertex':
      return { platform: raw.platform, machineType: raw.machineType, ...purchase(raw) }
    case 'cloud-run': {
      const { platform, concurrency, billing } = raw
      return { platform, vcpus: raw.cpu, memoryGib: raw.memory / 2 ** 30, concurrency, billing }
    }
    case 'functions': {
      const { platform, generation, concurrency } = raw
      const vcpus = raw.cpu === undefined ? {} : { vcpus: raw.cpu }
      return { platform, generation, memoryMib: raw.memory / 2 ** 20, concurrency, ...vcpus }
    }
    case 'gce':
      return {
        platform: raw.platform,
        kind: raw.kind,
        machineType: raw.machineType,
        ...purchase(raw),
        diskGib: raw.disk / 2 ** 30,
        ...(raw.diskType === DISK_TYPE ? {} : { diskType: raw.diskType }),
      }
  }
}

/** On demand goes without saying. */
function purchase<P extends string>(raw: { readonly purchase: P }): { purchase?: P } {
  return raw.purchase === 'on-demand' ? {} : { purchase: raw.purchase }
}
