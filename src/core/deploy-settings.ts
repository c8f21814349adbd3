/** APIs of Google Cloud that are called, by the name that a scenario gives their endpoint under. */
export const API_IDS = [
  'run',
  'aiplatform',
  'functions',
  'compute',
  'storage',
  'logging',
  'serviceusage',
  'cloudresourcemanager',
  'artifactregistry',
  'cloudquotas',
  'iam',
] as const
export type ApiId = (typeof API_IDS)[number]

/** What a variant of the model is deployed from: an image that serves it, and for functions its file. */
export type VariantPlace = Pick<DeploySettings, 'image' | 'modelUri'>

/** The scenario's `deploy:` block, checked and completed: how candidates become deployments. */
export interface DeploySettings {
  /** Id of the project that is billed. */
  readonly project: string
  /** Container image of candidates that name none: `<region>-docker.pkg.dev/<project>/<repository>/<image>:<tag>`. */
  readonly image?: string
  /** E-mail of the service account that deployments run as; the platform's default where absent. */
  readonly serviceAccount?: string
  /** `gs://bucket/path` of the model, for Functions and for images that load it at start. */
  readonly modelUri?: string
  /** Where variants of the model are, by their names, in place of `image` and `modelUri`. */
  readonly variants?: Readonly<Record<string, VariantPlace>>
  /** VPC network of Compute Engine VMs, `default` where absent; and its subnetwork, where the network has no automatic ones. */
  readonly network?: string
  readonly subnetwork?: string
  /** Address ranges that may reach a VM, e.g. `203.0.113.7/32`; where absent, this machine's own address as Google sees it. */
  readonly clientRanges?: readonly string[]
  /** Port, and paths of prediction and of health, that the container serves. */
  readonly port: number
  readonly predictPath: string
  readonly healthPath: string
  /** Candidates that are deployed at the same time; they are loaded one at a time. */
  readonly parallel: number
  /** Most replicas that one deployment may start while it is measured, whatever the candidate's own maximum. */
  readonly maxReplicas: number
  /** From the start of the run until its resources count as forgotten, which `plimsoll clean` deletes. */
  readonly expiryMs: number
  /** Longest that a deployment may take until it answers. */
  readonly readyTimeoutMs: number
  /** Longest that one call of an API may take. */
  readonly callTimeoutMs: number
  /** Time between two looks at an operation that is under way, and at the spend. */
  readonly pollMs: number
  /** Where an API is reached at another place: `host[:port]`, or `http://127.0.0.1:port`; `{region}` is filled in. */
  readonly endpoints: Readonly<Partial<Record<ApiId, string>>>
}

/** What a `deploy:` block has unless it says otherwise. */
export const DEPLOY_DEFAULTS = {
  port: 8080,
  predictPath: '/predict',
  healthPath: '/health',
  parallel: 3,
  maxReplicas: 5,
  expiryMs: 4 * 3_600_000,
  readyTimeoutMs: 45 * 60_000,
  callTimeoutMs: 60_000,
  pollMs: 5000,
  endpoints: {},
} as const satisfies Omit<DeploySettings, 'project'>
