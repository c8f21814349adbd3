import { BOOK, type Command, FAIL_UNMET, JSON_OUTPUT } from './command.ts'

/** What one does with a scenario and its runs. */
export const SCENARIO_COMMANDS: readonly Command[] = [
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
      { name: 'plain', summary: 'plain lines of progress also in a terminal, as in a pipe or in CI' },
      {
        name: 'profile',
        value: 'file',
        summary: 'service times of a saved profile (plimsoll profile --save); only urls are loaded',
      },
      { name: 'resume', summary: "finish an interrupted run: the one in --out, else the scenario's newest" },
      {
        name: 'max-spend',
        value: 'USD',
        summary: "deploy the candidates as the scenario's deploy: says, and spend no more than this",
      },
      { name: 'dry-run', summary: 'print what would be deployed, how long and at what cost; create nothing' },
      BOOK,
      FAIL_UNMET,
    ],
    run: async (scenario, given) => (await import('./run-command.ts')).runCommand(scenario, given),
  },
  {
    name: 'advise',
    argument: 'run|scenario',
    summary:
      'advise again from a saved run (run.json or its folder), or on a scenario with --profile; nothing is loaded',
    options: [
      {
        name: 'profile',
        value: 'file',
        summary: 'service times of a saved profile (plimsoll profile --save) for what was not loaded',
      },
      {
        name: 'traffic',
        value: 'rate',
        summary: "what if: a flat rate ('50 rps') or a multiple of its own (x2)",
      },
      { name: 'slo', value: 'limits', summary: "what if: other limits, e.g. 'p95<200ms, errors<0.1%'" },
      { name: 'region', value: 'name', summary: 'what if: every candidate in this region' },
      {
        name: 'commitment',
        value: 'how',
        summary: 'what if: on-demand, spot, 1yr or 3yr, where it is sold so',
      },
      { name: 'min-replicas', value: 'count', summary: 'what if: at least so many replicas' },
      { name: 'peak-factor', value: 'x', summary: 'what if: a peak of so many times the mean' },
      JSON_OUTPUT,
      BOOK,
      FAIL_UNMET,
    ],
    run: async (run, given) => (await import('./advise-command.ts')).adviseCommand(run, given),
  },
  {
    name: 'explore',
    argument: 'run',
    optional: true,
    summary: 'browse a saved run at the terminal and ask what if (default: the newest run in reports/)',
    options: [
      { name: 'gate', value: 'file', summary: 'a gate result to show as well (gate --report gate.json)' },
      { name: 'plain', summary: 'text for screen readers: nothing drawn, commands by the line' },
      BOOK,
    ],
    run: async (run, given) => (await import('./explore-command.ts')).exploreCommand(run, given),
  },
  {
    name: 'report',
    argument: 'run',
    summary: 'write the report of a saved run (run.json or its folder) in any format',
    options: [
      {
        name: 'format',
        short: 'f',
        value: 'name',
        summary: 'markdown (default), json, html, csv, junit, annotations (GitHub) or terminal',
      },
      { name: 'out', short: 'o', value: 'file', summary: 'file to write (default: stdout)' },
      BOOK,
    ],
    run: async (run, given) => (await import('./report-command.ts')).reportCommand(run, given),
  },
  {
    name: 'compare',
    argument: 'run',
    second: 'run',
    more: true,
    summary: 'saved runs side by side with intervals, and what differs in their settings',
    options: [
      { name: 'json', summary: 'print one JSON document instead of text' },
      { name: 'markdown', summary: 'print Markdown instead of text' },
      { name: 'out', short: 'o', value: 'file', summary: 'file to write (default: stdout)' },
      BOOK,
    ],
    run: async (first, given, second, more) =>
      (await import('./compare-command.ts')).compareCommand([first, second, ...more], given),
  },
  {
    name: 'validate',
    argument: 'scenario',
    summary: 'check a scenario file and its model; list the candidates that it spans',
    options: [{ name: 'json', summary: 'print the checked scenario as JSON' }],
    run: async (scenario, given) => (await import('./validate-command.ts')).validateCommand(scenario, given),
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of scenario files, for editors, or of what Plimsoll writes',
    options: [
      {
        name: 'of',
        value: 'what',
        summary: 'scenario (default), run (run.json), profile; or advice, gate or compare (their --json)',
      },
    ],
    run: async (_, given) => (await import('./schema-command.ts')).schemaCommand(given),
  },
]
