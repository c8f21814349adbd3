import type { Candidate, PlatformId } from '../../core/candidate.ts'

/** What is to be packaged, and for where. */
export interface PackageOrder {
  /** Absolute path of the ONNX file. */
  readonly modelPath: string
  readonly modelName: string
  /** `gs://` URI from which it is fetched when the server starts; without one a container has the model in it. */
  readonly modelUri: string | undefined
  /** Of this software. */
  readonly version: string
  /** The deployment that the commands make. */
  readonly candidate: Candidate
  /** Options of `plimsoll serve` that the container starts with. */
  readonly serveOptions: ReadonlyMap<string, string>
}

/** A file of a package: text of ours, or a copy of another file. */
export type PackageFile = { readonly place: string; readonly executable?: true } & (
  | { readonly text: string }
  | { readonly copyOf: string }
)

/** One thing to do at a shell. */
export interface Step {
  readonly title: string
  readonly command: string
}

const bounds = { minReplicas: 1, maxReplicas: 1, threads: 1 }

/** What a platform is asked for where no scenario says it. */
export const DEFAULT_CANDIDATES: Readonly<Record<PlatformId, (region: string) => Candidate>> = {
  vertex: (region) => ({
    ...bounds,
    platform: 'vertex',
    name: 'vertex',
    region,
    machineType: 'n1-standard-2',
  }),
  'cloud-run': (region) => ({
    platform: 'cloud-run',
    name: 'cloud-run',
    region,
    vcpus: 2,
    memoryGib: 2,
    concurrency: 8,
    billing: 'request-based',
    threads: 1,
    minReplicas: 0,
    maxReplicas: 100,
  }),
  functions: (region) => ({
    platform: 'functions',
    name: 'functions',
    region,
    generation: 2,
    memoryMib: 2048,
    concurrency: 1,
    threads: 1,
    minReplicas: 0,
    maxReplicas: 100,
  }),
  gce: (region) => ({
    ...bounds,
    platform: 'gce',
    name: 'gce',
    region,
    kind: 'vm',
    machineType: 'e2-standard-2',
    diskGib: 20,
  }),
}
