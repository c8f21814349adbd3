import type { Problem } from '../core/errors.ts'
import { UserError } from '../core/errors.ts'
import { failureOf, wordsOf } from './call-error.ts'
import type { Cloud } from './cloud.ts'
import type { Requirements } from './deployer.ts'
import { missingImage } from './preflight/image.ts'
import { missingPermissions } from './preflight/permissions.ts'
import { shortQuotas } from './preflight/quotas.ts'
import { disabledServices } from './preflight/services.ts'

/** A candidate and what deploying it takes. */
export interface Need {
  readonly candidate: string
  readonly requirements: Requirements
}

/** What the check itself, logs and images take, besides what deployers ask for. */
const OWN_PERMISSIONS = ['serviceusage.services.get', 'logging.logEntries.list']
const IMAGE_PERMISSION = 'artifactregistry.tags.get'
const QUOTA_PERMISSION = 'cloudquotas.quotas.get'

/** What was found before anything is created. */
export interface Findings {
  /** Each would stop a deployment. */
  readonly problems: readonly Problem[]
  /** What could not be looked at: deploying may work all the same. */
  readonly unseen: readonly Problem[]
}

/**
 * Everything that would stop the candidates from being deployed, each once and with its remedy. Empty: nothing is in
 * the way that can be seen beforehand.
 */
export async function preflight(cloud: Cloud, needs: readonly Need[]): Promise<Findings> {
  const own = unique(needs.flatMap(({ requirements }) => requirements.problems))
  try {
    await cloud.credentials.accessToken()
  } catch (error) {
    const hint = 'check the network, and gcloud auth application-default login'
    const found =
      error instanceof UserError
        ? error.problems
        : [{ message: `no access token can be had: ${wordsOf(error)}`, hint }]
    return { problems: [...found, ...own], unseen: [] }
  }
  const all = needs.map(({ requirements }) => requirements)
  const images = unique(all.flatMap(({ image }) => image ?? []))
  const checks = await Promise.all([
    checked('the permissions', () => missingPermissions(cloud, permissionsOf(all))),
    checked('which APIs are enabled', () =>
      disabledServices(cloud, unique(all.flatMap(({ services }) => services)).sort()),
    ),
    checked('the quotas', () =>
      shortQuotas(
        cloud,
        all.flatMap(({ quotas }) => quotas),
      ),
    ),
    ...images.map((image) => checked(`whether ${image.uri} exists`, () => missingImage(cloud, image))),
  ])
  const problems = [...own, ...checks.flatMap((each) => each.problems)]
  const lacking = problems.some(({ message }) => message.startsWith('permission '))
  // Where permissions are missing, those say why something could not be looked at.
  const unseen = checks.flatMap((each) => each.unseen).filter(({ denied }) => !(denied && lacking))
  return { problems, unseen: unseen.map(({ denied: _, ...problem }) => problem) }
}

function permissionsOf(all: readonly Requirements[]): string[] {
  const hasImage = all.some(({ image }) => image !== undefined)
  const hasQuota = all.some(({ quotas }) => quotas.some((each) => each.of === 'service'))
  return unique([
    ...OWN_PERMISSIONS,
    ...(hasImage ? [IMAGE_PERMISSION] : []),
    ...(hasQuota ? [QUOTA_PERMISSION] : []),
    ...all.flatMap((each) => each.permissions),
  ]).sort()
}

interface Checked {
  readonly problems: readonly Problem[]
  readonly unseen: readonly (Problem & { readonly denied: boolean })[]
}

async function checked(what: string, check: () => Promise<readonly Problem[]>): Promise<Checked> {
  try {
    return { problems: await check(), unseen: [] }
  } catch (error) {
    const message = `could not see ${what}: ${wordsOf(error)}`
    const denied = failureOf(error) === 'denied'
    return { problems: [], unseen: [{ message, hint: 'deploying may work all the same', denied }] }
  }
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}
