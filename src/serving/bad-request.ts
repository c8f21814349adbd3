/** What a client sent cannot be served; the message is for the client. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
  readonly status: 400 | 404 | 405 | 413 | 415
  constructor(message: string, status: BadRequest['status'] = 400) {
    super(message)
    this.status = status
  }
}
