/**
 * A source of uniform numbers in [0, 1), the same for the same seed on every platform.
 *
 * sfc32 (Chris Doty-Humphrey, PractRand) with its state filled by splitmix32; integer arithmetic only, so no
 * platform's floating point can change it. Steps of 2^-32. Not for secrets.
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  const split = () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return mixed ^ (mixed >>> 15)
  }
  let [a, b, c, counter] = [split(), split(), split(), 1]
  return () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
}
