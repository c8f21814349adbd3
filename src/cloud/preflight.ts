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

/**
 * Everything that would stop the candidates from being deployed, each once and with its remedy. Empty: nothing is in
 * the way that can be seen beforehand.
 */
export async function preflight(cloud: Cloud, needs: readonly Need[]): Promise<readonly Problem[]> {
  const own = ownProblems(needs)
  try {
    await cloud.credentials.accessToken()
  } catch (error) {
    if (error instanceof UserError) return [...error.problems, ...own]
    return [{ message: `no access token can be had: ${wordsOf(error)}`, hint: 'check the network' }, ...own]
  }
  const all = needs.map(({ requirements }) => requirements)
  const images = unique(all.flatMap(({ image }) => image ?? []))
  const permissions = unique([
    ...OWN_PERMISSIONS,
    ...(images.length > 0 ? [IMAGE_PERMISSION] : []),
    ...all.flatMap((each) => each.permissions),
  ]).sort()
  const lacking = await checked('the permissions', () => missingPermissions(cloud, permissions))
  const others = await Promise.all([
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
  return [...own, ...lacking, ...(lacking.length > 0 ? others.flat().filter(isFinding) : others.flat())]
}

/** Where permissions are missing, what could not be looked at for want of them is said by those. */
function isFinding(problem: Problem): boolean {
  return !problem.message.startsWith(UNSEEN)
}

const UNSEEN = 'could not see '

async function checked(what: string, check: () => Promise<readonly Problem[]>): Promise<readonly Problem[]> {
  try {
    return await check()
  } catch (error) {
    const hint =
      failureOf(error) === 'denied'
        ? 'ask for the permission that it names'
        : 'try again; deploying may work all the same'
    return [{ message: `${UNSEEN}${what}: ${wordsOf(error)}`, hint }]
  }
}

function ownProblems(needs: readonly Need[]): Problem[] {
  return unique(needs.flatMap(({ requirements }) => requirements.problems))
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}
