import { BOOK, type Command, JSON_OUTPUT } from './command.ts'

/** What one does with usage and prices. */
export const PRICE_COMMANDS: readonly Command[] = [
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
]
