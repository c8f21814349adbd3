import type { FunctionsCandidate } from '../../core/candidate.ts'
import type { DeployOrder } from '../deployer.ts'
import type { Resource } from '../resource.ts'
import { resourceName } from '../run-labels.ts'

export const SECOND_GENERATION_KIND = 'functions-gen2'
export const FIRST_GENERATION_KIND = 'functions-gen1'
export const BUNDLE_KIND = 'functions-bundle'

export function functionResource(
  { region, generation }: Pick<FunctionsCandidate, 'region' | 'generation'>,
  { settings, run, key }: DeployOrder,
): Resource {
  return {
    kind: generation === 1 ? FIRST_GENERATION_KIND : SECOND_GENERATION_KIND,
    name: `projects/${settings.project}/locations/${region}/functions/${resourceName(run, key)}`,
    region,
  }
}

/** The source lies in the bucket of the model, which the deployment reads anyway. */
export function bundleResource({ settings, run, key }: DeployOrder): Resource {
  const name = objectName({
    bucket: bucketOf(settings.modelUri) ?? 'none',
    object: `${resourceName(run, key)}.zip`,
  })
  return { kind: BUNDLE_KIND, name, region: 'global' }
}

export interface StoredObject {
  readonly bucket: string
  readonly object: string
}

export function objectName({ bucket, object }: StoredObject): string {
  return `projects/_/buckets/${bucket}/objects/${object}`
}

export function parseObjectName(name: string): StoredObject {
  const [, bucket = '', object = ''] = /^projects\/_\/buckets\/([^/]+)\/objects\/(.+)$/.exec(name) ?? []
  return { bucket, object }
}

/** Of `gs://bucket/path`. */
export function bucketOf(uri: string | undefined): string | undefined {
  return /^gs:\/\/([^/]+)\//.exec(uri ?? '')?.[1]
}
