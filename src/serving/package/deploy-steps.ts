import { dirname } from 'node:path'
import type {
  Accelerator,
  Candidate,
  CloudRunCandidate,
  FunctionsCandidate,
  GceCandidate,
  VertexCandidate,
} from '../../core/candidate.ts'
import { machineType } from '../../core/machine-type.ts'
import { besideModel, externalDataFiles } from '../external-data.ts'
import type { PackageOrder, Step } from './package-order.ts'

/** What to do at a shell, in the folder of the package, to have the model answer on its platform. */
export function deploySteps(order: PackageOrder): Step[] {
  const { candidate } = order
  switch (candidate.platform) {
    case 'vertex':
      return [...upload(order), ...image(), ...vertex(candidate, order)]
    case 'cloud-run':
      return [...upload(order), ...image(), ...cloudRun(candidate)]
    case 'functions':
      return [...upload(order), ...functions(candidate)]
    case 'gce':
      return [...upload(order), ...image(), ...gce(candidate)]
  }
}

/** Shell variables that the steps use, with what they are unless they are set. */
export function shellVariables(
  { modelName, modelUri, candidate }: PackageOrder,
  tag: string,
): Record<string, string> {
  const common = {
    PROJECT: '$(gcloud config get-value project)',
    REGION: candidate.region,
    NAME:
      modelName
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '') || 'model',
  }
  const uri = modelUri === undefined ? {} : { MODEL_URI: modelUri }
  if (candidate.platform === 'functions') return { ...common, ...uri }
  return { ...common, ...uri, IMAGE: `$REGION-docker.pkg.dev/$PROJECT/plimsoll/$NAME:${tag}` }
}

function upload({ modelUri, modelPath }: PackageOrder): Step[] {
  if (modelUri === undefined) return []
  const beside = externalDataFiles(modelPath).map((name) => {
    const folder = dirname(name) === '.' ? '' : `${dirname(name)}/`
    return `gcloud storage cp ${quoted(besideModel(modelPath, name))} "\${MODEL_URI%/*}/${folder}"`
  })
  const commands = [`gcloud storage cp ${quoted(modelPath)} "$MODEL_URI"`, ...beside]
  return [{ title: 'Put the model into Cloud Storage', command: commands.join('\n') }]
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function image(): Step[] {
  return [
    {
      title: 'Make a repository for the image, once',
      command: command('gcloud artifacts repositories describe plimsoll', [
        '--project="$PROJECT"',
        '--location="$REGION" >/dev/null 2>&1 ||',
        'gcloud artifacts repositories create plimsoll --repository-format=docker',
        '--project="$PROJECT"',
        '--location="$REGION"',
      ]),
    },
    {
      title: 'Build the image and push it',
      command: [
        'gcloud auth configure-docker "$REGION-docker.pkg.dev" --quiet',
        'docker build --platform=linux/amd64 --tag="$IMAGE" .',
        'docker push "$IMAGE"',
      ].join('\n'),
    },
  ]
}

function vertex(
  { machineType, accelerator, purchase, minReplicas, maxReplicas }: VertexCandidate,
  { modelUri }: PackageOrder,
): Step[] {
  // Vertex AI takes a folder, copies it, and tells the container where.
  const artifacts = modelUri === undefined ? [] : [`--artifact-uri="\${MODEL_URI%/*}"`]
  return [
    {
      title: 'Register the model and its container',
      command: `MODEL=$(${command('gcloud ai models upload', [
        '--project="$PROJECT"',
        '--region="$REGION"',
        '--display-name="$NAME"',
        '--container-image-uri="$IMAGE"',
        '--container-ports=8080',
        '--container-health-route=/health',
        '--container-predict-route=/predict',
        ...artifacts,
        "--format='value(model)')",
      ])}`,
    },
    {
      title: 'Make an endpoint and deploy the model to it',
      command: `ENDPOINT=$(${command('gcloud ai endpoints create', [
        '--project="$PROJECT"',
        '--region="$REGION"',
        '--display-name="$NAME"',
        "--format='value(name)')",
      ])}\n${command('gcloud ai endpoints deploy-model "$ENDPOINT"', [
        '--project="$PROJECT"',
        '--region="$REGION"',
        '--model="$MODEL"',
        '--display-name="$NAME"',
        `--machine-type=${machineType}`,
        // Asked for even where the machine type comes with it.
        ...acceleratorFlag(accelerator),
        ...(purchase === 'spot' ? ['--spot'] : []),
        `--min-replica-count=${Math.max(1, minReplicas)}`,
        `--max-replica-count=${Math.max(1, maxReplicas)}`,
        '--traffic-split=0=100',
      ])}`,
    },
  ]
}

function cloudRun(candidate: CloudRunCandidate): Step[] {
  const { vcpus, memoryGib, accelerator, concurrency, billing, minReplicas, maxReplicas } = candidate
  const gpu = accelerator
    ? [`--gpu=${accelerator.count}`, `--gpu-type=${accelerator.type}`, '--no-gpu-zonal-redundancy']
    : []
  return [
    {
      title: 'Deploy the service',
      command: command('gcloud run deploy "$NAME"', [
        '--project="$PROJECT"',
        '--region="$REGION"',
        '--image="$IMAGE"',
        '--port=8080',
        `--cpu=${vcpus}`,
        `--memory=${memoryGib * 1024}Mi`,
        ...gpu,
        `--concurrency=${concurrency}`,
        `--min-instances=${minReplicas}`,
        `--max-instances=${maxReplicas}`,
        billing === 'request-based' ? '--cpu-throttling' : '--no-cpu-throttling',
        '--no-allow-unauthenticated',
      ]),
    },
  ]
}

function functions(candidate: FunctionsCandidate): Step[] {
  const { generation, memoryMib, vcpus, concurrency, minReplicas, maxReplicas } = candidate
  const second = [`--concurrency=${concurrency}`, ...(vcpus === undefined ? [] : [`--cpu=${vcpus}`])]
  return [
    {
      title: 'Deploy the function',
      command: command('gcloud functions deploy "$NAME"', [
        '--project="$PROJECT"',
        '--region="$REGION"',
        generation === 2 ? '--gen2' : '--no-gen2',
        '--runtime=nodejs22',
        '--source=.',
        '--entry-point=predict',
        '--trigger-http',
        `--memory=${memoryMib}MB`,
        ...(generation === 2 ? second : []),
        `--min-instances=${minReplicas}`,
        `--max-instances=${maxReplicas}`,
        '--set-env-vars="MODEL_URI=$MODEL_URI"',
        '--no-allow-unauthenticated',
      ]),
    },
  ]
}

function gce(candidate: GceCandidate): Step[] {
  const { kind, machineType, diskGib, minReplicas, maxReplicas } = candidate
  const machine = [
    '--project="$PROJECT"',
    `--machine-type=${machineType}`,
    ...gceGpu(candidate),
    ...(candidate.purchase === 'spot'
      ? ['--provisioning-model=SPOT', '--instance-termination-action=DELETE']
      : []),
    `--boot-disk-size=${diskGib}GB`,
    '--image-family=cos-stable',
    '--image-project=cos-cloud',
    '--scopes=cloud-platform',
    '--metadata-from-file=user-data=cloud-init.filled.yaml',
  ]
  const fill =
    'sed -e "s|@IMAGE@|$IMAGE|" -e "s|@REGISTRY@|$REGION-docker.pkg.dev|" cloud-init.yaml > cloud-init.filled.yaml'
  if (kind === 'vm') {
    const create = command('gcloud compute instances create "$NAME"', [
      ...machine,
      `--zone="\${ZONE:-$REGION-b}"`,
    ])
    const title = `Start a VM that runs the image${candidate.accelerator ? ', in a ZONE that has the GPU' : ''}`
    return [{ title, command: `${fill}\n${create}` }]
  }
  const template = command('gcloud compute instance-templates create "$NAME"', machine)
  const group = command('gcloud compute instance-groups managed create "$NAME"', [
    '--project="$PROJECT"',
    '--region="$REGION"',
    '--template="$NAME"',
    `--size=${Math.max(1, minReplicas)}`,
  ])
  const autoscale = command('gcloud compute instance-groups managed set-autoscaling "$NAME"', [
    '--project="$PROJECT"',
    '--region="$REGION"',
    `--min-num-replicas=${Math.max(1, minReplicas)}`,
    `--max-num-replicas=${Math.max(1, maxReplicas)}`,
    '--scale-based-on-cpu',
  ])
  return [
    { title: 'Make a template of VMs that run the image', command: `${fill}\n${template}` },
    { title: 'Start a group of them that scales', command: `${group}\n${autoscale}` },
  ]
}

/** VMs with GPUs cannot move to another host; a GPU that is part of the machine type is not asked for again. */
function gceGpu({ machineType: name, accelerator }: GceCandidate): string[] {
  if (!accelerator) return []
  const attached = machineType(name)?.accelerator ? [] : acceleratorFlag(accelerator)
  return [...attached, '--maintenance-policy=TERMINATE']
}

function acceleratorFlag(accelerator: Accelerator | undefined): string[] {
  return accelerator ? [`--accelerator=type=${accelerator.type},count=${accelerator.count}`] : []
}

/** Where a deployment is called, for the README. */
export function callOf(candidate: Candidate): string {
  const token = '-H "Authorization: Bearer $(gcloud auth print-identity-token)"'
  const json = "-H 'Content-Type: application/json' -d @request.json"
  switch (candidate.platform) {
    case 'vertex':
      return 'gcloud ai endpoints predict "$ENDPOINT" --region="$REGION" --json-request=request.json'
    case 'cloud-run':
      return `curl ${token} ${json} \\\n  "$(gcloud run services describe "$NAME" --region="$REGION" --format='value(status.url)')/predict"`
    case 'functions':
      return `curl ${token} ${json} \\\n  "$(gcloud functions describe "$NAME" --region="$REGION" --format='value(url)')"`
    case 'gce':
      return `curl ${json} http://INTERNAL_IP:8080/predict`
  }
}

/** One option a line. */
function command(start: string, options: readonly string[]): string {
  return [start, ...options].join(' \\\n  ')
}
