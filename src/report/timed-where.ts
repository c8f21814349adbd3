import type { ProfileSummary } from '../core/advice.ts'

/** What the service times are from: this machine, or a profile that was saved, maybe on another. */
export function timedWhere({ source }: ProfileSummary): string {
  return source
    ? `From the profile ${source.file} of ${source.startedAt.slice(0, 10)}`
    : 'Measured on this machine'
}
