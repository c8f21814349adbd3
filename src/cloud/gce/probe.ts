/** Longest that a server that is starting may take to answer, ms. */
const PROBE_MS = 3000

/** true when it answers 200, undefined until then: a VM that boots answers nothing. */
export async function answers(url: string): Promise<true | undefined> {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(PROBE_MS), redirect: 'manual' })
    await reply.body?.cancel()
    return reply.status === 200 ? true : undefined
  } catch {
    return undefined
  }
}
