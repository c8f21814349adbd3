/** What a client sent cannot be served; the message is for the client. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
  readonly status: 400 | 404 | 405 | 413 | 415
  /** Methods that the path takes, of a 405. */
  readonly allow: readonly string[]
  constructor(message: string, status: BadRequest['status'] = 400, allow: readonly string[] = []) {
    super(message)
    this.status = status
    this.allow = allow
  }
}
