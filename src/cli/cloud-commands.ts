import type { Command } from './command.ts'

/** What one does with a project on Google Cloud. */
export const CLOUD_COMMANDS: readonly Command[] = [
  {
    name: 'doctor',
    argument: 'scenario',
    summary: 'check credentials, APIs, permissions, quotas and images before anything is deployed',
    options: [],
    run: async (scenario) => (await import('./doctor-command.ts')).doctorCommand(scenario),
  },
  {
    name: 'clean',
    argument: 'scenario',
    optional: true,
    summary: 'find what Plimsoll left in a project, say what it costs a day, delete it when told to',
    options: [
      {
        name: 'project',
        value: 'id',
        summary: "project to look in (default: the scenario's, else those of reports/*/cloud-journal.jsonl)",
      },
      { name: 'yes', summary: 'delete without asking' },
      { name: 'all', summary: 'also what another run, which may go on elsewhere, still needs' },
      { name: 'reports', value: 'dir', summary: 'folder whose runs have journals (default: reports)' },
    ],
    run: async (scenario, given) => (await import('./clean-command.ts')).cleanCommand(scenario, given),
  },
]
