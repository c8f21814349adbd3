import { inferenceTime } from './inference-time.ts'

/** A reply with a larger body is malformed. */
export const maxReplyBytes = 64 * 2 ** 20
/** A reply whose status line and headers, interim replies' included, take more is malformed. */
export const maxHeadBytes = 64 * 2 ** 10

/** What the parser reads next. Numbers, because one is compared at every step. */
const AT = {
  statusLine: 0,
  header: 1,
  sizedBody: 2,
  chunkSize: 3,
  chunk: 4,
  chunkEnd: 5,
  trailer: 6,
  bodyToClose: 7,
  done: 8,
  failed: 9,
} as const

const [lf, cr, colon, space] = [10, 13, 58, 32]
const opening = Buffer.from('HTTP/1.')

/**
 * Reads one HTTP/1.1 reply after another from the bytes of a connection, however they are cut.
 *
 * It keeps what a load test needs: the status, the model's time, whether the connection lives on. Strict where
 * leniency would let a broken server pass: line ends, header names, lengths and chunk sizes. Bodies are counted and
 * not kept. A line that comes in one piece is read where it lies.
 */
export class ReplyParser {
  status = 0
  keepAlive = true
  /** Why the bytes are no reply; nothing is read after it. */
  fault: string | undefined
  #serverTiming: string | undefined
  #at: number = AT.statusLine
  #bodiless = false
  #headBytes = 0
  #bodyBytes = 0
  /** Of the body, or of the chunk. */
  #left = 0
  #length = -1
  #chunked = false
  #encoded = false
  /** The start of a line that has not ended yet. */
  #line: Buffer | undefined

  /** Before each request. @param bodiless the reply to it has no body whatever it says, as to HEAD */
  expect(bodiless: boolean): void {
    this.#bodiless = bodiless
    this.#headBytes = 0
    this.fault = undefined
    this.#startReply()
  }

  get done(): boolean {
    return this.#at === AT.done
  }

  /** Time inside the model that the reply told, ms. */
  get inferenceMs(): number | undefined {
    return this.#serverTiming === undefined ? undefined : inferenceTime(this.#serverTiming)
  }

  /** Reads bytes from `start` on, until the reply ends or is at fault. Returns where it stopped. */
  read(bytes: Buffer, start: number, end: number): number {
    let at = start
    while (at < end && this.#at < AT.done) {
      switch (this.#at) {
        case AT.sizedBody:
        case AT.chunk:
          at = this.#readSized(at, end)
          break
        case AT.bodyToClose:
          this.#countBody(end - at)
          at = end
          break
        default:
          at = this.#readLine(bytes, at, end)
      }
    }
    return at
  }

  /** The server closed the connection. Returns whether that ended the reply as it should. */
  close(): boolean {
    if (this.#at === AT.bodyToClose) this.#at = AT.done
    return this.#at === AT.done
  }

  #startReply(): void {
    this.#at = AT.statusLine
    this.status = 0
    this.keepAlive = true
    this.#serverTiming = undefined
    this.#bodyBytes = 0
    this.#length = -1
    this.#chunked = false
    this.#encoded = false
    this.#line = undefined
  }

  #readSized(start: number, end: number): number {
    const taken = Math.min(end - start, this.#left)
    this.#left -= taken
    if (this.#left === 0) this.#at = this.#at === AT.chunk ? AT.chunkEnd : AT.done
    return start + taken
  }

  #countBody(bytes: number): void {
    this.#bodyBytes += bytes
    if (this.#bodyBytes > maxReplyBytes) this.#fail(`reply over ${maxReplyBytes} bytes`)
  }

  #readLine(bytes: Buffer, start: number, end: number): number {
    const found = bytes.indexOf(lf, start)
    const whole = found !== -1 && found < end
    const stop = whole ? found + 1 : end
    const before = this.#line
    const line = before === undefined ? bytes : Buffer.concat([before, bytes.subarray(start, stop)])
    const [lineStart, lineEnd] = before === undefined ? [start, stop] : [0, line.length]
    this.#headBytes += stop - start
    if (this.#at === AT.statusLine && !startsLikeHttp(line, lineStart, lineEnd)) {
      this.#fail('not an HTTP/1.1 reply')
    } else if (this.#headBytes > maxHeadBytes) {
      this.#fail(`headers over ${maxHeadBytes} bytes`)
    } else if (whole) {
      this.#line = undefined
      this.#takeLine(line, lineStart, lineEnd)
    } else this.#line = before === undefined ? Buffer.from(bytes.subarray(start, end)) : line
    return stop
  }

  /** A whole line with its end. */
  #takeLine(bytes: Buffer, start: number, lineEnd: number): void {
    const end = lineEnd - 2
    if (end < start || bytes[end] !== cr) {
      this.#fail('a line ends without a carriage return')
      return
    }
    switch (this.#at) {
      case AT.statusLine:
        return void this.#takeStatus(bytes, start, end)
      case AT.header:
        if (end === start) this.#endHead()
        else this.#takeHeader(bytes, start, end)
        return
      case AT.chunkSize:
        return void this.#takeChunkSize(bytes.toString('latin1', start, end))
      case AT.chunkEnd:
        if (end !== start) this.#fail('a chunk is longer than it says')
        else this.#at = AT.chunkSize
        return
      default:
        if (end === start) this.#at = AT.done
    }
  }

  #takeStatus(bytes: Buffer, start: number, end: number): void {
    const minor = (bytes[start + 7] ?? 0) - 48
    const [hundreds, tens, ones] = [9, 10, 11].map((at) => (bytes[start + at] ?? 0) - 48) as [
      number,
      number,
      number,
    ]
    const digits = [hundreds, tens, ones].every((digit) => digit >= 0 && digit <= 9)
    const spaced = bytes[start + 8] === space && (end === start + 12 || bytes[start + 12] === space)
    if (end < start + 12 || (minor !== 0 && minor !== 1)) {
      this.#fail('not an HTTP/1.1 reply')
    } else if (!digits || !spaced || hundreds === 0) {
      this.#fail('no status in the first line')
    } else {
      this.status = hundreds * 100 + tens * 10 + ones
      this.keepAlive = minor === 1
      this.#at = AT.header
    }
  }

  #takeHeader(bytes: Buffer, start: number, end: number): void {
    let nameEnd = start
    for (; nameEnd < end && bytes[nameEnd] !== colon; nameEnd++) {
      const byte = bytes[nameEnd] ?? 0
      if (byte <= space || byte >= 127) return void this.#fail('a header has a malformed name')
    }
    if (nameEnd === end || nameEnd === start) return void this.#fail('a header has no name')
    switch (nameEnd - start) {
      case 10:
        if (isNamed(bytes, start, 'connection'))
          this.#takeConnection(textAfter(bytes, nameEnd, end).toLowerCase())
        return
      case 13:
        if (isNamed(bytes, start, 'server-timing')) this.#takeTiming(textAfter(bytes, nameEnd, end))
        return
      case 14:
        if (isNamed(bytes, start, 'content-length')) this.#takeLength(textAfter(bytes, nameEnd, end))
        return
      case 17:
        if (isNamed(bytes, start, 'transfer-encoding')) this.#takeEncoding(textAfter(bytes, nameEnd, end))
    }
  }

  #takeConnection(value: string): void {
    if (/(^|,)\s*close\s*(,|$)/.test(value)) this.keepAlive = false
    else if (/(^|,)\s*keep-alive\s*(,|$)/.test(value)) this.keepAlive = true
  }

  #takeTiming(value: string): void {
    this.#serverTiming = this.#serverTiming === undefined ? value : `${this.#serverTiming},${value}`
  }

  #takeLength(value: string): void {
    const length = /^\d{1,15}$/.test(value) ? Number(value) : -1
    if (length < 0 || (this.#length >= 0 && this.#length !== length)) {
      this.#fail('content-length is not one number')
    }
    this.#length = length
  }

  #takeEncoding(value: string): void {
    this.#encoded = true
    this.#chunked = /(^|,)\s*chunked\s*$/i.test(value)
  }

  #endHead(): void {
    const { status } = this
    if (status === 101) return void this.#fail('it switched protocols unasked')
    if (status < 200) return void this.#startReply()
    if (this.#encoded && this.#length >= 0)
      return void this.#fail('both content-length and transfer-encoding')
    if (this.#bodiless || status === 204 || status === 304) {
      this.#at = AT.done
    } else if (this.#chunked) {
      this.#at = AT.chunkSize
    } else if (this.#length >= 0) {
      this.#left = this.#length
      this.#at = this.#length === 0 ? AT.done : AT.sizedBody
      this.#countBody(this.#length)
    } else {
      this.keepAlive = false
      this.#at = AT.bodyToClose
    }
  }

  #takeChunkSize(line: string): void {
    const size = /^([0-9a-f]{1,12})\s*(?:;.*)?$/i.exec(line)?.[1]
    if (size === undefined) return void this.#fail('a chunk has no size')
    this.#left = Number.parseInt(size, 16)
    this.#at = this.#left === 0 ? AT.trailer : AT.chunk
    // Chunk by chunk, each line is short; only all headers together are limited.
    this.#headBytes = 0
    this.#countBody(this.#left)
  }

  #fail(fault: string): void {
    this.fault = fault
    this.#at = AT.failed
  }
}

function startsLikeHttp(bytes: Buffer, start: number, end: number): boolean {
  const length = Math.min(opening.length, end - start)
  return bytes.compare(opening, 0, length, start, start + length) === 0
}

/** Whether the bytes spell a name given in lower case, in any case. */
function isNamed(bytes: Buffer, start: number, name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    const byte = bytes[start + index] ?? 0
    const lower = byte >= 65 && byte <= 90 ? byte + 32 : byte
    if (lower !== name.charCodeAt(index)) return false
  }
  return true
}

/** What follows the colon. */
function textAfter(bytes: Buffer, nameEnd: number, end: number): string {
  return bytes.toString('latin1', nameEnd + 1, end).trim()
}
