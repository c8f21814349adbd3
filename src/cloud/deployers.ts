import type { Candidate, PlatformId } from '../core/candidate.ts'
import type { Deployer } from './deployer.ts'
import type { ResourceKind } from './resource.ts'

type Loaders = { readonly [P in PlatformId]?: () => Promise<Deployer<Extract<Candidate, { platform: P }>>> }

/** Each platform's deployer, loaded when it is used. */
const DEPLOYERS: Loaders = {
  functions: async () => (await import('./functions/index.ts')).functionsDeployer,
  vertex: async () => (await import('./vertex/index.ts')).vertexDeployer,
  'cloud-run': async () => (await import('./run/index.ts')).cloudRunDeployer,
  gce: async () => (await import('./gce/index.ts')).gceDeployer,
}

/** The deployer of a candidate, seen through the one contract; undefined where its platform has none. */
export async function deployerOf({ platform }: Pick<Candidate, 'platform'>): Promise<Deployer | undefined> {
  // Each entry takes candidates of its own key only; the compiler cannot tie the two together.
  return (await DEPLOYERS[platform]?.()) as unknown as Deployer | undefined
}

/** Every kind of resource that any deployer creates. */
export async function allKinds(): Promise<readonly ResourceKind[]> {
  const deployers = await Promise.all(Object.values(DEPLOYERS).map((load) => load()))
  const kinds = new Map(deployers.flatMap(({ kinds: some }) => some).map((kind) => [kind.kind, kind]))
  return [...kinds.values()]
}
