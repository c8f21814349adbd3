import type { Verdict } from '../../core/advice.ts'
import type { Candidate } from '../../core/candidate.ts'
import { candidateName, type Unnamed } from '../../core/candidate-name.ts'
import type { Assumptions, Percentile, Slo } from '../../core/scenario.ts'
import { platformOf } from '../../platforms/index.ts'
import type { Subject } from '../subject.ts'

/** A candidate that may be part of a mix, and what it costs alone under all of the traffic. */
export interface Part {
  readonly subject: Subject
  readonly usdAlone: number
}

const BASES: readonly Candidate['platform'][] = ['gce', 'vertex']

/** Machines of the scenario that may be a base: each once, however many replicas are listed. */
export function basesOf(subjects: readonly Subject[], verdicts: readonly Verdict[], slo: Slo): Part[] {
  const parts = partsOf(subjects, verdicts, slo).filter(
    ({ subject: { candidate } }) => BASES.includes(candidate.platform) && !isSpot(candidate),
  )
  const families = new Map(parts.map((part) => [familyOf(part.subject.candidate), part]))
  return [...families.values()]
}

/** Spare capacity may be taken away all at once: nothing to rely on for what is to be there always. */
function isSpot(candidate: Candidate): boolean {
  return 'purchase' in candidate && candidate.purchase === 'spot'
}

/** Serverless candidates of the scenario that may take what the base does not. */
export function burstsOf(subjects: readonly Subject[], verdicts: readonly Verdict[], slo: Slo): Part[] {
  return partsOf(subjects, verdicts, slo).filter(({ subject }) => !BASES.includes(subject.candidate.platform))
}

/** Whether two parts can share the traffic: near each other, and answering alike. */
export function canMix({ subject: base }: Part, { subject: burst }: Part): boolean {
  const [one, other] = [base.candidate, burst.candidate]
  return one.region === other.region && (one.variant ?? 'fp32') === (other.variant ?? 'fp32')
}

/** What has a price, is big enough, and is fast enough for a request that waits for nothing. */
function partsOf(subjects: readonly Subject[], verdicts: readonly Verdict[], slo: Slo): Part[] {
  const known = new Map(verdicts.map((verdict) => [verdict.candidate.name, verdict]))
  return subjects.flatMap((subject) => {
    const verdict = known.get(subject.candidate.name)
    if (!verdict?.usdPerMonth || subject.shortfalls.length > 0 || !isFastEnough(verdict, slo)) return []
    return [{ subject, usdAlone: Number(verdict.usdPerMonth.value) }]
  })
}

function isFastEnough({ aloneMs }: Verdict, { latencyMs }: Slo): boolean {
  const limits = Object.entries(latencyMs) as [Percentile, number][]
  return aloneMs !== null && limits.every(([percentile, limit]) => aloneMs[percentile] <= limit)
}

/** The candidate but for how many of it there are, and where one of it runs. */
function familyOf({ name: _, minReplicas: _min, maxReplicas: _max, url: _url, ...rest }: Candidate): string {
  return JSON.stringify(rest)
}

/** So many replicas of a base, always. */
export function withReplicas(subject: Subject, replicas: number, assumptions: Assumptions): Subject {
  const { name: _, url: _url, tokenEnv: _token, auth: _auth, ...rest } = subject.candidate
  const unnamed = { ...rest, minReplicas: replicas, maxReplicas: replicas } as Unnamed
  const candidate = { ...unnamed, name: candidateName(unnamed) } as Candidate
  const platform = platformOf(candidate)
  const own = platform.caveats(subject.candidate)
  return {
    ...subject,
    candidate,
    scaling: platform.scaling(candidate, assumptions),
    caveats: [...platform.caveats(candidate), ...subject.caveats.filter((each) => !own.includes(each))],
  }
}
