import type { UrlAuth } from '../core/url-auth.ts'
import type { Report } from './complete-candidate.ts'
import type { RawCandidate } from './definition.ts'

/** Fields that say how a url is authenticated at; one way only. */
const WAYS = ['tokenEnv', 'auth', 'apiKeyEnv', 'header'] as const

/** Reports ways that exclude each other, or lack a part. @param written the candidate as in the file */
export function checkAuth(raw: RawCandidate, written: Readonly<Record<string, unknown>>, fail: Report): void {
  const given = WAYS.filter((field) => written[field] !== undefined)
  const [first, second] = given
  if (second !== undefined) fail(second, `${first} and ${second} exclude each other`, 'keep one')
  const orphan = given.find((field) => field !== 'tokenEnv')
  if (written.url === undefined && orphan !== undefined)
    fail(orphan, `${orphan} without a url`, 'it lets requests in at that url; deployments take care of it')
  if (raw.audience !== undefined && raw.auth !== 'idToken')
    fail('audience', 'audience without auth: idToken', 'only ID tokens have one')
  checkHeader(raw, fail)
}

function checkHeader({ header, headerEnv, headerCommand }: RawCandidate, fail: Report): void {
  const value = headerEnv ?? headerCommand
  if (header === undefined && value !== undefined)
    fail(
      headerEnv === undefined ? 'headerCommand' : 'headerEnv',
      'a value without its header',
      'name the header',
    )
  if (header !== undefined && value === undefined)
    fail('header', 'a header without a value', 'name headerEnv or headerCommand')
  if (headerEnv !== undefined && headerCommand !== undefined)
    fail('headerCommand', 'headerEnv and headerCommand exclude each other', 'keep one')
  if (header !== undefined && !/^[A-Za-z0-9-]+$/.test(header))
    fail(
      'header',
      `"${header}" is not the name of a header`,
      'letters, digits and dashes; its value goes into headerEnv',
    )
}

/** How requests authenticate; undefined where the candidate says nothing but `tokenEnv`. */
export function readAuth(raw: RawCandidate): UrlAuth | undefined {
  if (raw.apiKeyEnv !== undefined) return { kind: 'api-key', env: raw.apiKeyEnv }
  if (raw.header !== undefined && raw.headerEnv !== undefined)
    return { kind: 'header', header: raw.header, env: raw.headerEnv }
  if (raw.header !== undefined && raw.headerCommand !== undefined)
    return { kind: 'header', header: raw.header, command: raw.headerCommand }
  if (raw.auth === 'accessToken') return { kind: 'access-token' }
  if (raw.auth === 'none') return { kind: 'none' }
  if (raw.auth !== 'idToken' || raw.url === undefined || !URL.canParse(raw.url)) return undefined
  return { kind: 'id-token', audience: raw.audience ?? new URL(raw.url).origin }
}
