/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  /**
   * The gate or a price book's check failed; no candidate meets the SLO and failing on that was asked for; or a bill
   * has no total because the book lacks a price.
   */
  unmet: 1,
  /** Something in what the user gave has to be mended; each problem was printed. */
  user: 2,
  /** The run failed: the disk, the network, a server. */
  failed: 3,
  /** The gate could not decide: neither passed nor failed. */
  inconclusive: 4,
  interrupted: 130,
} as const
