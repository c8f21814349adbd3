import type { FunctionsCandidate } from '../../core/candidate.ts'
import type { DeployOrder, Requirements } from '../deployer.ts'
import { bucketOf } from './names.ts'

/** Building takes Cloud Build and Artifact Registry; the 2nd generation is a Cloud Run service underneath. */
const SERVICES = [
  'cloudfunctions.googleapis.com',
  'cloudbuild.googleapis.com',
  'artifactregistry.googleapis.com',
  'storage.googleapis.com',
]

const PERMISSIONS = [
  'cloudfunctions.functions.create',
  'cloudfunctions.functions.get',
  'cloudfunctions.functions.list',
  'cloudfunctions.functions.update',
  'cloudfunctions.functions.delete',
  'cloudfunctions.operations.get',
  'iam.serviceAccounts.actAs',
  'storage.objects.create',
  'storage.objects.get',
  'storage.objects.list',
  'storage.objects.delete',
  // To find sources that a killed run left, in whichever bucket.
  'storage.buckets.list',
]

export function functionsRequirements(
  { generation }: FunctionsCandidate,
  { settings }: DeployOrder,
): Requirements {
  const noModel = {
    message: 'a function fetches the model from Cloud Storage, and deploy.modelUri does not say where it is',
    hint: 'gcloud storage cp model.onnx gs://BUCKET/model.onnx, then set deploy.modelUri',
  }
  return {
    services: generation === 2 ? [...SERVICES, 'run.googleapis.com'] : SERVICES,
    permissions: [...PERMISSIONS, generation === 2 ? 'run.routes.invoke' : 'cloudfunctions.functions.invoke'],
    quotas: [],
    problems: bucketOf(settings.modelUri) === undefined ? [noModel] : [],
  }
}
