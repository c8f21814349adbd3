import { readFileSync } from 'node:fs'

/**
 * Puts the gate's Markdown on the pull request of this run: into its earlier comment, if it has one. What cannot be
 * commented on is said and fails nothing: the job summary has the same text.
 */
const OWN_MARK = '<!-- plimsoll gate -->'
/** GitHub refuses longer comments. */
const MOST_CHARACTERS = 65_000

const {
  GATE_MARKDOWN = '',
  GATE_NAME = '',
  GATE_TOKEN = '',
  GITHUB_EVENT_PATH = '',
  GITHUB_REPOSITORY = '',
} = process.env
/** Gates of different names have a comment each. */
const MARK = GATE_NAME ? `<!-- plimsoll gate ${GATE_NAME} -->` : OWN_MARK
const api = process.env.GITHUB_API_URL ?? 'https://api.github.com'

/** @param {string} path @param {RequestInit} [init] */
async function call(path, init = {}) {
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${GATE_TOKEN}`,
    'content-type': 'application/json',
    'user-agent': 'plimsoll-gate',
  }
  const reply = await fetch(`${api}/repos/${GITHUB_REPOSITORY}/${path}`, { ...init, headers })
  if (!reply.ok) throw new Error(`GitHub answered ${reply.status} to ${init.method ?? 'GET'} ${path}`)
  return reply.json()
}

/** @param {number} number @returns {Promise<number | undefined>} */
async function findEarlier(number) {
  for (let page = 1; page <= 10; page++) {
    const comments = await call(`issues/${number}/comments?per_page=100&page=${page}`)
    const found = comments.find((comment) => comment.body?.startsWith(MARK))
    if (found) return found.id
    if (comments.length < 100) return undefined
  }
  return undefined
}

async function comment() {
  const number = JSON.parse(readFileSync(GITHUB_EVENT_PATH, 'utf8')).pull_request?.number
  if (number === undefined) return '::notice title=plimsoll gate::no comment: this run is of no pull request'
  const markdown = readFileSync(GATE_MARKDOWN, 'utf8').replace(OWN_MARK, MARK)
  const named = GATE_NAME ? markdown.replace(/^## /m, `## ${GATE_NAME}: `) : markdown
  const body = JSON.stringify({ body: named.slice(0, MOST_CHARACTERS) })
  const earlier = await findEarlier(number)
  if (earlier === undefined) await call(`issues/${number}/comments`, { method: 'POST', body })
  else await call(`issues/comments/${earlier}`, { method: 'PATCH', body })
  return `commented on pull request ${number}`
}

try {
  console.log(await comment())
} catch (error) {
  const reason = String(error instanceof Error ? error.message : error).replaceAll(/[\r\n]+/g, ' ')
  console.log(`::warning title=plimsoll gate::no comment: ${reason}`)
}
