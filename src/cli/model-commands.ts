import { type Command, JSON_OUTPUT } from './command.ts'

/** What one does with a model as a file. */
export const MODEL_COMMANDS: readonly Command[] = [
  {
    name: 'serve',
    argument: 'model|scenario',
    summary:
      'serve an ONNX model, or the one of a scenario, over HTTP until SIGTERM or Ctrl-C: Vertex AI, Open Inference Protocol v2, TensorFlow Serving',
    options: [
      { name: 'port', short: 'p', value: 'number', summary: 'default: AIP_HTTP_PORT, PORT, else 8080' },
      {
        name: 'host',
        value: 'address',
        summary: 'address to listen on (default: 127.0.0.1; 0.0.0.0 where AIP_HTTP_PORT or PORT is set)',
      },
      { name: 'name', value: 'name', summary: "the model's name in URLs (default: that of its file)" },
      {
        name: 'workers',
        short: 'w',
        value: 'number',
        summary:
          'inferences at a time, each with the model loaded (default: PLIMSOLL_WORKERS, else cores / --threads)',
      },
      {
        name: 'threads',
        short: 't',
        value: 'number',
        summary: 'onnxruntime threads per inference (default: PLIMSOLL_THREADS, else 1)',
      },
      {
        name: 'device',
        value: 'name',
        summary:
          'cpu, or cuda for an NVIDIA GPU (default: PLIMSOLL_DEVICE, else cpu); cuda has 1 worker by default',
      },
      {
        name: 'max-batch',
        value: 'count',
        summary: 'most requests that run as one batch (default: PLIMSOLL_MAX_BATCH, else 1)',
      },
      {
        name: 'max-delay',
        value: 'time',
        summary: 'how long the first of a batch waits for more (default: PLIMSOLL_MAX_DELAY, else 2ms)',
      },
      {
        name: 'max-queue',
        value: 'count',
        summary: 'requests that may wait; more are refused with 429 (default: 100)',
      },
      { name: 'max-body', value: 'size', summary: 'larger bodies are refused with 413 (default: 64Mi)' },
      { name: 'timeout', value: 'time', summary: 'a request may take so long, else 504 (default: 60s)' },
      {
        name: 'drain',
        value: 'time',
        summary: 'requests under way may take so long once told to end (default: 8s)',
      },
      { name: 'log', value: 'format', summary: 'json: a line for each request on stderr; off (default)' },
      { name: 'body', value: 'file', summary: "write the request that a scenario's runs send to this file" },
    ],
    run: async (source, given) => (await import('./serve-command.ts')).serveCommand(source, given),
  },
  {
    name: 'package',
    argument: 'model|scenario',
    summary:
      'write what deploying the model needs: a container or a function, and the commands that build, push and deploy it',
    options: [
      { name: 'platform', value: 'name', summary: 'vertex, cloud-run, functions or gce' },
      { name: 'out', short: 'o', value: 'dir', summary: 'folder to write to, empty or not there yet' },
      {
        name: 'model-uri',
        value: 'uri',
        summary: 'gs://bucket/path/model.onnx to fetch at start, instead of a model in the image',
      },
      {
        name: 'candidate',
        value: 'name',
        summary:
          "of the scenario (default: the cheapest there that meets by its run, else the platform's first)",
      },
      {
        name: 'run',
        value: 'dir',
        summary: "run to take candidate and variant from (default: the scenario's newest in reports/)",
      },
      { name: 'region', value: 'region', summary: "default: the scenario's candidate's, else us-central1" },
      { name: 'name', value: 'name', summary: "the model's name (default: that of its file)" },
      { name: 'threads', short: 't', value: 'number', summary: 'as of serve' },
      { name: 'workers', short: 'w', value: 'number', summary: 'as of serve' },
      { name: 'max-batch', value: 'count', summary: 'as of serve' },
      { name: 'max-delay', value: 'time', summary: 'as of serve' },
    ],
    run: async (source, given) => (await import('./package-command.ts')).packageCommand(source, given),
  },
  {
    name: 'inspect',
    argument: 'model',
    summary: 'say what is in an ONNX file: inputs, operators, size, work per inference; nothing is run',
    options: [
      {
        name: 'input',
        short: 'i',
        value: 'name=shape',
        repeats: true,
        summary: 'shape of an input with free dimensions, e.g. images=1x3x224x224; may be repeated',
      },
      JSON_OUTPUT,
    ],
    run: async (file, given) => (await import('./inspect-command.ts')).inspectCommand(file, given),
  },
  {
    name: 'profile',
    argument: 'model',
    summary:
      'time a model (an ONNX file, or that of a scenario) here over variants, threads, batch and concurrency; name the best setting',
    options: [
      {
        name: 'input',
        short: 'i',
        value: 'name=shape',
        repeats: true,
        summary: 'shape of an input with free dimensions, e.g. images=1x3x224x224; may be repeated',
      },
      {
        name: 'values',
        value: 'name=values',
        repeats: true,
        summary:
          'values of an input: sr=16000, or images=-2.1..2.6 for uniform ones (default: 0..1); may be repeated',
      },
      {
        name: 'variant',
        value: 'name',
        repeats: true,
        summary: 'int8-dynamic, int8-weights, ort-optimized or a path, beside fp32; may be repeated',
      },
      {
        name: 'threads',
        short: 't',
        value: 'list',
        summary: 'of one session, e.g. 1,2 (default: up to the cores)',
      },
      {
        name: 'batch',
        value: 'list',
        summary: 'items of one inference, e.g. 1,8 (default: 1,4 where it is free)',
      },
      {
        name: 'concurrency',
        short: 'c',
        value: 'n',
        summary: 'list of sessions at a time, each a process (default: up to twice the cores)',
      },
      { name: 'slo', value: 'limits', summary: "what the best setting keeps to, e.g. 'p95<50ms'" },
      {
        name: 'budget',
        value: 'time',
        summary: 'about how long to measure, but never less than three rounds (default: 60s)',
      },
      { name: 'seed', value: 'number', summary: 'of everything random (default: 1)' },
      {
        name: 'out',
        short: 'o',
        value: 'dir',
        summary: 'folder for the variants that are made (default: variants)',
      },
      {
        name: 'save',
        value: 'file',
        summary: 'write the profile there too, for --profile of simulate, advise and run',
      },
      JSON_OUTPUT,
    ],
    run: async (model, given) => (await import('./profile-command.ts')).profileCommand(model, given),
  },
]
