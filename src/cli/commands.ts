/** The command line, described once: the parser and every help text come from here. */
export interface Command {
  /** One word, or two of which the first is shared: `prices show`, `prices check`. */
  readonly name: string
  /** Placeholder of the one argument that it takes, if it takes one. */
  readonly argument?: string
  /** The argument may be left out, and is then ''. */
  readonly optional?: true
  /** Placeholder of a second argument. */
  readonly second?: string
  readonly summary: string
  readonly options: readonly Option[]
  /** Loads the command when it is used; returns its exit code. */
  readonly run: (argument: string, options: Given, second: string) => Promise<number>
}

export interface Option {
  readonly name: string
  readonly short?: string
  /** Placeholder of its value; without one the option is a switch. */
  readonly value?: string
  /** May be given more than once. */
  readonly repeats?: true
  readonly summary: string
}

export interface Given {
  readonly switches: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  /** Of options that repeat, in the order given. */
  readonly lists: ReadonlyMap<string, readonly string[]>
}

const JSON_OUTPUT: Option = { name: 'json', summary: 'print one JSON document instead of a table' }
const BOOK: Option = {
  name: 'book',
  value: 'file',
  summary: 'price book to use: a file (default: the newest there is)',
}
const FAIL_UNMET: Option = { name: 'fail-unmet', summary: 'exit with 1 when no candidate meets the SLO' }

export const COMMANDS: readonly Command[] = [
  {
    name: 'run',
    argument: 'scenario',
    summary: 'load the candidates of a scenario, price them, name the cheapest that meets the SLO',
    options: [
      {
        name: 'out',
        short: 'o',
        value: 'dir',
        summary: 'folder of this run (default: reports/<scenario>-<time>)',
      },
      JSON_OUTPUT,
      { name: 'resume', summary: "finish an interrupted run: the one in --out, else the scenario's newest" },
      BOOK,
      FAIL_UNMET,
    ],
    run: async (scenario, given) => (await import('./run-command.ts')).runCommand(scenario, given),
  },
  {
    name: 'advise',
    argument: 'run',
    summary: 'advise again from a saved run (run.json or its folder); nothing is loaded',
    options: [
      {
        name: 'traffic',
        value: 'rate',
        summary: "what if: a flat rate ('50 rps') or a multiple of its own (x2)",
      },
      { name: 'slo', value: 'limits', summary: "what if: other limits, e.g. 'p95<200ms, errors<0.1%'" },
      JSON_OUTPUT,
      BOOK,
      FAIL_UNMET,
    ],
    run: async (run, given) => (await import('./advise-command.ts')).adviseCommand(run, given),
  },
  {
    name: 'validate',
    argument: 'scenario',
    summary: 'check a scenario file and its model; list the candidates that it spans',
    options: [{ name: 'json', summary: 'print the checked scenario as JSON' }],
    run: async (scenario, given) => (await import('./validate-command.ts')).validateCommand(scenario, given),
  },
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
        summary: 'inferences at a time, each with the model loaded (default: cores / --threads)',
      },
      {
        name: 'threads',
        short: 't',
        value: 'number',
        summary: 'onnxruntime threads per inference (default: 1)',
      },
      { name: 'max-batch', value: 'count', summary: 'most requests that run as one batch (default: 1)' },
      {
        name: 'max-delay',
        value: 'time',
        summary: 'how long the first of a batch waits for more (default: 2ms)',
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
        summary: "of the scenario (default: the platform's first without a GPU)",
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
      { name: 'budget', value: 'time', summary: 'about how long to measure (default: 60s)' },
      { name: 'seed', value: 'number', summary: 'of everything random (default: 1)' },
      {
        name: 'out',
        short: 'o',
        value: 'dir',
        summary: 'folder for the variants that are made (default: variants)',
      },
      JSON_OUTPUT,
    ],
    run: async (model, given) => (await import('./profile-command.ts')).profileCommand(model, given),
  },
  {
    name: 'load',
    argument: 'url',
    summary: 'load any HTTP endpoint and tell the truth about it; with an SLO, for no longer than it takes',
    options: [
      { name: 'rate', short: 'r', value: 'rps', summary: 'requests per second; 50, or with a unit: 90/min' },
      {
        name: 'arrivals',
        value: 'kind',
        summary:
          'constant (default), poisson, ramp:10-100/30s, sine:50+-40/60s, steps:10x5s,50x5s, rates:FILE, timestamps:FILE',
      },
      { name: 'duration', short: 'd', value: 'time', summary: 'how long (default: 10s, unless --requests)' },
      { name: 'requests', short: 'n', value: 'count', summary: 'how many requests at most' },
      { name: 'warmup', value: 'count', summary: 'requests sent first that do not count (default: 0)' },
      {
        name: 'slo',
        value: 'limits',
        summary: "stop as soon as it is decided, e.g. 'p95<200ms, errors<0.1%'",
      },
      { name: 'find-capacity', summary: 'find the highest rate that meets the --slo' },
      { name: 'closed', summary: 'keep --connections requests in flight instead of following a rate' },
      {
        name: 'connections',
        short: 'c',
        value: 'count',
        summary: 'most in flight (default: 1000; 1 with --closed)',
      },
      { name: 'workers', value: 'count', summary: 'threads that send (default: 1)' },
      { name: 'method', short: 'X', value: 'verb', summary: 'default: POST with a body, else GET' },
      { name: 'header', short: 'H', value: 'line', repeats: true, summary: "'Name: value'; may be repeated" },
      {
        name: 'body',
        value: 'file',
        repeats: true,
        summary: 'file to send as the body; of several, FILE@WEIGHT is sent that much more often',
      },
      { name: 'timeout', value: 'time', summary: 'a request that takes longer has failed (default: 10s)' },
      { name: 'seed', value: 'number', summary: 'of everything random (default: 1)' },
      { name: 'http2', summary: 'speak HTTP/2, over TLS' },
      { name: 'samples', value: 'file', summary: 'write every request to this CSV file' },
      { ...JSON_OUTPUT },
      { name: 'fail-unmet', summary: 'exit with 1 unless the --slo is shown to be met' },
    ],
    run: async (url, given) => (await import('./load-command.ts')).loadCommand(url, given),
  },
  {
    name: 'simulate',
    argument: 'queue',
    summary: 'simulate the bare queue of a YAML file, to hold the simulator against theory',
    options: [
      { name: 'seed', value: 'number', summary: "of everything random (default: the file's)" },
      JSON_OUTPUT,
    ],
    run: async (file, given) => (await import('./simulate-command.ts')).simulateCommand(file, given),
  },
  {
    name: 'bill',
    argument: 'usage',
    summary: "bill a month's usage (a YAML file) to the cent, with the SKU and arithmetic of every line",
    options: [JSON_OUTPUT, BOOK],
    run: async (usage, given) => (await import('./bill-command.ts')).billCommand(usage, given),
  },
  {
    name: 'prices show',
    argument: 'pattern',
    optional: true,
    summary: 'show the prices of a book whose resource, SKU or its text matches, e.g. gce/e2/*',
    options: [
      { name: 'region', value: 'region', summary: 'only what holds there' },
      BOOK,
      { name: 'json', summary: 'print the prices as JSON' },
    ],
    run: async (pattern, given) =>
      (await import('./prices-show-command.ts')).pricesShowCommand(pattern, given),
  },
  {
    name: 'prices check',
    summary: 'check a price book: coverage, sanity, age; exits with 1 when a check fails',
    options: [BOOK, { name: 'json', summary: 'print the findings as JSON' }],
    run: async (_, given) => (await import('./prices-check-command.ts')).pricesCheckCommand(given),
  },
  {
    name: 'prices diff',
    argument: 'old',
    second: 'new',
    summary: 'what changed between two books (files, or built-in or synced), largest change first',
    options: [{ name: 'json', summary: 'print the changes as JSON' }],
    run: async (before, given, after) =>
      (await import('./prices-diff-command.ts')).pricesDiffCommand(before, after, given),
  },
  {
    name: 'prices sync',
    summary: 'read the live Cloud Billing Catalog into a dated price book, which is used from then on',
    options: [
      {
        name: 'api-key-env',
        value: 'name',
        summary:
          'environment variable that holds an API key (default: GOOGLE_API_KEY where set, else application default credentials)',
      },
      {
        name: 'endpoint',
        value: 'host:port',
        summary: 'private endpoint of the API; http:// before it for plain text, on this machine only',
      },
      { name: 'retries', value: 'count', summary: 'how often a page that fails is tried again (default: 4)' },
      { name: 'yes', short: 'y', summary: 'accept changes of more than 25% without asking' },
      { ...JSON_OUTPUT },
    ],
    run: async (_, given) => (await import('./prices-sync-command.ts')).pricesSyncCommand(given),
  },
  {
    name: 'gate',
    summary:
      'fail a change that is slower or dearer, and no other: two servers in turns (--base, --head), or a saved run (--baseline)',
    options: [
      { name: 'base', value: 'side', summary: 'URL, or command that starts a server at port $PORT' },
      { name: 'head', value: 'side', summary: 'the same of what is judged' },
      { name: 'baseline', value: 'run', summary: 'saved run (run.json or its folder) to compare with' },
      { name: 'head-run', value: 'run', summary: 'saved run of what is judged' },
      { name: 'scenario', value: 'file', summary: 'or run this scenario now' },
      {
        name: 'changed',
        value: 'what',
        repeats: true,
        summary: 'what is judged and so may differ: model, candidates, runtime',
      },
      {
        name: 'save-baseline',
        summary: "keep the head's run as --baseline when there is none yet, or when it passes",
      },
      {
        name: 'allow',
        value: 'limits',
        summary: "worsening allowed, e.g. 'p95: 5%, usdPerMillion: 2%'; these must be decided to pass",
      },
      {
        name: 'fail-on',
        value: 'list',
        summary: 'what fails: slo, regression, cost, inconclusive (default: the first three)',
      },
      { name: 'slo', value: 'limits', summary: "hold the head against it as well: 'p95<200ms, errors<1%'" },
      {
        name: 'calibrate',
        summary: 'measure --base against itself: the smallest change this machine can tell',
      },
      { name: 'history', value: 'dir', summary: 'add to this history and tell where its level changed' },
      {
        name: 'rate',
        short: 'r',
        value: 'rps',
        summary: 'requests per second (default: one after the other)',
      },
      { name: 'arrivals', value: 'kind', summary: 'constant (default) or poisson, with --rate' },
      {
        name: 'connections',
        short: 'c',
        value: 'count',
        summary: 'requests in flight (default: 1; at most 1000 with --rate)',
      },
      { name: 'path', value: 'path', summary: 'of requests to a started server (default: /predict)' },
      { name: 'method', short: 'X', value: 'verb', summary: 'default: POST with a body, else GET' },
      { name: 'header', short: 'H', value: 'line', repeats: true, summary: "'Name: value'; may be repeated" },
      { name: 'body', value: 'file', repeats: true, summary: 'file to send as the body' },
      { name: 'timeout', value: 'time', summary: 'a request that takes longer has failed (default: 10s)' },
      {
        name: 'ready',
        value: 'time',
        summary: 'a server that takes longer to start has failed (default: 60s)',
      },
      { name: 'quads', value: 'count', summary: 'longest measurement, in quads of blocks (default: 120)' },
      {
        name: 'requests',
        short: 'n',
        value: 'count',
        summary: 'of each block (default: 0.7 s of them, 100 to 2000)',
      },
      { name: 'startups', value: 'count', summary: 'starts of each command that are timed (default: 8)' },
      { name: 'seed', value: 'number', summary: 'of everything random (default: 1)' },
      BOOK,
      { ...JSON_OUTPUT },
      {
        name: 'report',
        value: 'file',
        repeats: true,
        summary: 'write it there too: .md, .json, .xml (JUnit), .txt',
      },
      { name: 'annotate', summary: 'print GitHub annotations too' },
    ],
    run: async (_, given) => (await import('./gate-command.ts')).gateCommand(given),
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of scenario files, for editors',
    options: [],
    run: async () => (await import('./schema-command.ts')).schemaCommand(),
  },
]
