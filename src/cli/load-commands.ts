import { BOOK, type Command, JSON_OUTPUT } from './command.ts'

/** What one does with servers that run, and with a queue on paper. */
export const LOAD_COMMANDS: readonly Command[] = [
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
      'fail a change that is shown to be slower or dearer: two servers in turns (--base, --head), or a saved run (--baseline)',
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
      {
        name: 'history',
        value: 'dir',
        summary: 'add to this history and tell where its level changed; alone, only tell',
      },
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
      { name: 'quads', value: 'count', summary: 'longest measurement, in quads of blocks (default: 480)' },
      {
        name: 'requests',
        short: 'n',
        value: 'count',
        summary: 'of each block (default: 0.2 s of them, 25 to 1000)',
      },
      { name: 'startups', value: 'count', summary: 'starts of each command that are timed (default: 8)' },
      { name: 'seed', value: 'number', summary: 'of everything random (default: 1)' },
      BOOK,
      { ...JSON_OUTPUT },
      {
        name: 'report',
        value: 'file',
        repeats: true,
        summary: 'write it there too: .md, .html, .json, .xml (JUnit), .txt',
      },
      { name: 'annotate', summary: 'print GitHub annotations too' },
    ],
    run: async (_, given) => (await import('./gate-command.ts')).gateCommand(given),
  },
  {
    name: 'simulate',
    argument: 'file',
    summary:
      'simulate a month of a candidate of a scenario on its autoscaler, or a bare queue to hold against theory',
    options: [
      {
        name: 'candidate',
        value: 'name',
        summary: 'of the scenario, or a part of its name that no other has (default: the best)',
      },
      {
        name: 'run',
        value: 'dir',
        summary: "saved run with the service times (default: the scenario's newest in reports/)",
      },
      {
        name: 'profile',
        value: 'file',
        summary: 'service times of a saved profile (plimsoll profile --save): needs no run',
      },
      { name: 'seed', value: 'number', summary: "of everything random (default: the file's)" },
      JSON_OUTPUT,
      BOOK,
    ],
    run: async (file, given) => (await import('./simulate-command.ts')).simulateCommand(file, given),
  },
]
