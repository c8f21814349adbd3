/** The command line, described once: the parser and every help text come from here. */
export interface Command {
  readonly name: string
  /** Placeholder of the one argument that it takes, if it takes one. */
  readonly argument?: string
  readonly summary: string
  readonly options: readonly Option[]
  /** Loads the command when it is used; returns its exit code. */
  readonly run: (argument: string, options: Given) => Promise<number>
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
const BOOK: Option = { name: 'book', value: 'file', summary: 'price book to use instead of the built-in one' }
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
    options: [JSON_OUTPUT, BOOK, FAIL_UNMET],
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
    argument: 'scenario',
    summary: "serve a scenario's model on this machine as runs do, until Ctrl-C",
    options: [
      { name: 'port', short: 'p', value: 'number', summary: 'port on 127.0.0.1 (default: 8080)' },
      {
        name: 'threads',
        short: 't',
        value: 'number',
        summary: 'onnxruntime threads per inference (default: 1)',
      },
      { name: 'body', value: 'file', summary: 'write the request that runs send to this file' },
    ],
    run: async (scenario, given) => (await import('./serve-command.ts')).serveCommand(scenario, given),
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
