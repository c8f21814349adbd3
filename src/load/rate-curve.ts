/** How many requests an arrival process expects over time, upside down: the moment by which so many are expected. */
export interface RateCurve {
  /**
   * First moment, s from the start, after which more than `expected` requests are expected; infinite when the curve
   * ends before. To be asked with rising numbers.
   */
  readonly timeAt: (expected: number) => number
}

/** A stretch of time in which the rate changes evenly from one to the other. */
export interface Stretch {
  /** Infinite for the last one that never ends. */
  readonly durationS: number
  readonly fromRps: number
  readonly toRps: number
}

/** Requests by which rounding may blur the end of a stretch. */
const blur = 1e-9

export function stretchesCurve(stretches: readonly Stretch[]): RateCurve {
  let [index, startS, before] = [0, 0, 0]
  return {
    timeAt(expected) {
      for (;;) {
        const stretch = stretches[index]
        if (!stretch) return Number.POSITIVE_INFINITY
        const within = areaOf(stretch)
        if (expected - before < within - blur) return startS + timeWithin(stretch, expected - before)
        index++
        startS += stretch.durationS
        before += within
      }
    },
  }
}

function areaOf({ durationS, fromRps, toRps }: Stretch): number {
  if (durationS === Number.POSITIVE_INFINITY) return fromRps > 0 ? durationS : 0
  return ((fromRps + toRps) / 2) * durationS
}

/** Solves from·t + slope·t²/2 = expected, in the form that stays exact when the slope or the first rate is 0. */
function timeWithin({ durationS, fromRps, toRps }: Stretch, expected: number): number {
  if (expected <= 0) return 0
  const slope = durationS === Number.POSITIVE_INFINITY ? 0 : (toRps - fromRps) / durationS
  return (2 * expected) / (fromRps + Math.sqrt(Math.max(0, fromRps * fromRps + 2 * slope * expected)))
}

/** meanRps + amplitudeRps · sin(2π t / periodS), for ever. */
export function sineCurve(meanRps: number, amplitudeRps: number, periodS: number): RateCurve {
  const angular = (2 * Math.PI) / periodS
  const swing = amplitudeRps / angular
  const expectedBy = (timeS: number) => meanRps * timeS + swing * (1 - Math.cos(angular * timeS))
  return {
    // Newton's steps, and halving where one would leave the bracket: the rate may touch 0.
    timeAt(expected) {
      let [low, high] = [Math.max(0, (expected - 2 * swing) / meanRps), expected / meanRps]
      let timeS = (low + high) / 2
      for (let step = 0; step < 100 && high - low > 1e-10; step++) {
        const over = expectedBy(timeS) - expected
        if (over > 0) high = timeS
        else low = timeS
        const next = timeS - over / (meanRps + amplitudeRps * Math.sin(angular * timeS))
        if (Math.abs(next - timeS) < 1e-10) break
        timeS = next > low && next < high ? next : (low + high) / 2
      }
      return timeS
    },
  }
}
