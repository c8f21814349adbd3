/** The server does not take a request now; later, or another replica, it may be answered. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  /** 429: too many at once. 503: it starts, or it ends. 504: it took too long. */
  readonly status: 429 | 503 | 504
  /** Names it in the metrics. */
  readonly reason: string
  /** When to try again, s. */
  readonly retryAfterS: number | undefined
  constructor(status: Refusal['status'], reason: string, message: string, retryAfterS?: number) {
    super(message)
    this.status = status
    this.reason = reason
    this.retryAfterS = retryAfterS
  }
}
