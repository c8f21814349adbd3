import type { protos } from '@google-cloud/aiplatform'
import type { VertexCandidate } from '../../core/candidate.ts'
import { serverEnvironment } from '../../serving/server-environment.ts'
import type { DeployOrder } from '../deployer.ts'
import { idOf, locationName, vertexResources } from './names.ts'
import { acceleratorEnum, shapeOf } from './shape.ts'

type UploadModel = protos.google.cloud.aiplatform.v1.IUploadModelRequest
type CreateEndpoint = protos.google.cloud.aiplatform.v1.ICreateEndpointRequest
type DeployModel = protos.google.cloud.aiplatform.v1.IDeployModelRequest
type DedicatedResources = protos.google.cloud.aiplatform.v1.IDedicatedResources
type MetricSpec = protos.google.cloud.aiplatform.v1.IAutoscalingMetricSpec
type AcceleratorType = keyof typeof protos.google.cloud.aiplatform.v1.AcceleratorType

/** Longest that Vertex AI lets a deployment take (ModelContainerSpec.deployment_timeout). */
const LONGEST_DEPLOYMENT_S = 2 * 3600

/** The model: its container and, where the image does not hold it, the folder that it is copied from. */
export function uploadRequest(candidate: VertexCandidate, order: DeployOrder): UploadModel {
  const { settings, labels, image } = order
  const { port, predictPath, healthPath, modelUri, readyTimeoutMs } = settings
  const modelId = idOf(vertexResources(candidate.region, order).model.name)
  return {
    parent: locationName(settings.project, candidate.region),
    modelId,
    model: {
      displayName: modelId,
      labels,
      ...(modelUri !== undefined && { artifactUri: folderOf(modelUri) }),
      containerSpec: {
        imageUri: image ?? '',
        ports: [{ containerPort: port }],
        predictRoute: predictPath,
        healthRoute: healthPath,
        env: Object.entries(serverEnvironment(candidate)).map(([name, value]) => ({ name, value })),
        deploymentTimeout: { seconds: Math.min(LONGEST_DEPLOYMENT_S, Math.ceil(readyTimeoutMs / 1000)) },
      },
    },
  }
}

/** An endpoint of its own: no neighbours, 10 MB instead of 1.5 MB, and no quota of requests. */
export function endpointRequest(candidate: VertexCandidate, order: DeployOrder): CreateEndpoint {
  const endpointId = idOf(vertexResources(candidate.region, order).endpoint.name)
  return {
    parent: locationName(order.settings.project, candidate.region),
    endpointId,
    endpoint: { displayName: endpointId, labels: order.labels, dedicatedEndpointEnabled: true },
  }
}

export function deployRequest(candidate: VertexCandidate, order: DeployOrder): DeployModel {
  const { model, endpoint, deployment } = vertexResources(candidate.region, order)
  const { serviceAccount } = order.settings
  return {
    endpoint: endpoint.name,
    deployedModel: {
      id: idOf(deployment.name),
      model: model.name,
      displayName: idOf(model.name),
      ...(serviceAccount !== undefined && { serviceAccount }),
      // Lines about each request would be billed, and what is measured is not to pay for them. Standard output stays.
      enableAccessLogging: false,
      dedicatedResources: dedicatedResources(candidate, order),
    },
    // "0" stands for the model of this request.
    trafficSplit: { '0': 100 },
  }
}

function dedicatedResources(candidate: VertexCandidate, order: DeployOrder): DedicatedResources {
  const { machineType, accelerator, spot, minReplicas, maxReplicas } = shapeOf(candidate, order)
  return {
    machineSpec: {
      machineType,
      ...(accelerator && {
        acceleratorType: acceleratorEnum(accelerator.type) as AcceleratorType,
        acceleratorCount: accelerator.count,
      }),
    },
    minReplicaCount: minReplicas,
    maxReplicaCount: maxReplicas,
    spot,
    ...(order.targetUtilization !== undefined && {
      autoscalingMetricSpecs: metrics(order.targetUtilization, accelerator !== undefined),
    }),
  }
}

/** The signals that Vertex AI uses anyway, with another target than its 60%. */
function metrics(targetUtilization: number, gpu: boolean): MetricSpec[] {
  const names = gpu ? ['cpu/utilization', 'accelerator/duty_cycle'] : ['cpu/utilization']
  const target = Math.round(100 * targetUtilization)
  return names.map((name) => ({ metricName: `aiplatform.googleapis.com/prediction/online/${name}`, target }))
}

/** Vertex AI takes a folder, copies it, and tells the container where. */
function folderOf(uri: string): string {
  return uri.endsWith('.onnx') ? uri.slice(0, uri.lastIndexOf('/')) : uri.replace(/\/$/, '')
}
