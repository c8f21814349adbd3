import type { Candidate, PlatformId } from '../core/candidate.ts'
import type { Scenario } from '../core/scenario.ts'
import { chooseBook } from '../pricing/default-book.ts'
import { adviseRun } from '../run/advise-run.ts'
import { loadRun } from '../run/run-store.ts'

/** A candidate of the scenario, and why it is that one, in a sentence. */
export interface ChosenCandidate {
  readonly candidate: Candidate
  readonly note: string
}

/** As `simulate` does to find the best: what the ranking needs, and no more. */
const BRIEF = { outlook: false, effort: { requests: 20_000, leastHours: 24 } }

/**
 * The candidate on a platform that the scenario's run recommends, else the first.
 * @param run folder, or `run.json`, of that run; absent, there is none
 * @returns undefined where the scenario has none on the platform
 */
export async function candidateFor(
  scenario: Scenario,
  platform: PlatformId,
  run: string | undefined,
): Promise<ChosenCandidate | undefined> {
  const there = scenario.candidates.filter((each) => each.platform === platform)
  const [first] = there
  if (!first) return undefined
  const asFirst = (why: string) => ({
    candidate: first,
    note: `${first.name}: the first on ${platform}, ${why}`,
  })
  if (run === undefined) return asFirst('for there is no run of the scenario in reports/')
  const record = loadRun(run)
  if (record.scenario.sha256 !== scenario.sha256) return asFirst(`for the scenario has changed since ${run}`)
  const { book } = await chooseBook(undefined, process.env)
  const { verdicts } = adviseRun(record, book, BRIEF)
  const best = verdicts.find(
    ({ candidate, outcome }) => outcome === 'meets' && there.some(({ name }) => name === candidate.name),
  )
  const candidate = there.find(({ name }) => name === best?.candidate.name)
  if (!candidate) return asFirst(`for none there surely meets the SLO by ${run}`)
  return { candidate, note: `${candidate.name}: the cheapest on ${platform} that meets the SLO by ${run}` }
}
