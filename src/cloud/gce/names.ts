import type { DeployOrder } from '../deployer.ts'
import { resourceName } from '../run-labels.ts'

/** Every resource of a candidate has one name: each kind has names of its own. */
export function nameOf({ run, key }: DeployOrder): string {
  return resourceName(run, key)
}

/** Where Compute Engine's resources are, in the project. */
export type Collection =
  | 'instances'
  | 'instanceTemplates'
  | 'instanceGroupManagers'
  | 'autoscalers'
  | 'healthChecks'
  | 'backendServices'
  | 'urlMaps'
  | 'targetHttpProxies'
  | 'forwardingRules'
  | 'firewalls'

/**
 * Name of a resource within its project. That of a VM has its region in the place of its zone, which is only known
 * once a zone had room for it.
 * @param region `global` for what has none
 */
export function resourcePath(project: string, region: string, collection: Collection, name: string): string {
  const where = region === 'global' ? 'global' : `regions/${region}`
  return `projects/${project}/${where}/${collection}/${name}`
}

/** Labels in words, for kinds that take none: anyone who finds one learns whose it is. */
export function describedLabels(labels: Readonly<Record<string, string>>): string {
  return `Created by plimsoll. ${Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')}`
}

/** The labels that a description holds. */
export function labelsInDescription(text: string | null | undefined): Record<string, string> {
  const pairs = [...(text ?? '').matchAll(/\b(plimsoll-[a-z]+)=([a-z0-9-]+)/g)]
  return Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, value]))
}
