import { isAscii } from 'node:buffer'
import { BadRequest } from '../bad-request.ts'

const [QUOTE, COMMA, COLON, BACKSLASH] = [0x22, 0x2c, 0x3a, 0x5c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]
/** Deeper than anything that is asked for; ends the descent into a value that nests for ever. */
const MOST_DEPTH = 64
/** Of one object; bounds what has to be remembered of it. */
const MOST_KEYS = 10_000
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const CONTROL = /[\x00-\x1f]/
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads JSON where it lies, in one pass, as strictly as RFC 8259, without building what nobody asked for: a tensor of
 * a million numbers never becomes a million objects, and keys never become properties. A key that comes twice is
 * refused, because two readers would disagree on which one counts.
 */
export class JsonReader {
  readonly bytes: Buffer
  pos = 0
  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The first byte that is no white space, which stays unread; -1 at the end. */
  peek(): number {
    for (;;) {
      const byte = this.bytes[this.pos]
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) this.pos++
      else return byte ?? -1
    }
  }

  isList(): boolean {
    return this.peek() === OPEN_LIST
  }

  isObject(): boolean {
    return this.peek() === OPEN_OBJECT
  }

  isString(): boolean {
    return this.peek() === QUOTE
  }

  /** Visits the keys in order; the visitor reads each value. */
  readObject(visit: (key: string) => void): void {
    this.#expect(OPEN_OBJECT)
    if (this.#accept(CLOSE_OBJECT)) return
    const seen = new Set<string>()
    do {
      const key = this.readString()
      if (seen.has(key))
        throw new BadRequest(`the body has the key ${JSON.stringify(key.slice(0, 60))} twice`)
      if (seen.add(key).size > MOST_KEYS)
        throw new BadRequest(`the body has an object of over ${MOST_KEYS} keys`)
      this.#expect(COLON)
      visit(key)
    } while (this.#accept(COMMA))
    this.#expect(CLOSE_OBJECT)
  }

  /** Visits the items in order; the visitor reads each. */
  readList(visit: (index: number) => void): void {
    this.#expect(OPEN_LIST)
    if (this.#accept(CLOSE_LIST)) return
    let index = 0
    do visit(index++)
    while (this.#accept(COMMA))
    this.#expect(CLOSE_LIST)
  }

  readString(): string {
    this.#expect(QUOTE)
    const start = this.pos
    const end = this.#endOfString()
    this.pos = end + 1
    const content = this.bytes.subarray(start, end)
    // A tensor in base64 is a string of megabytes: native code looks through it many times as fast as a loop would.
    if (content.includes(BACKSLASH) || !isAscii(content)) return this.#decode(start - 1, end + 1)
    const text = content.toString('latin1')
    return CONTROL.test(text) ? this.fail() : text
  }

  readNumber(): number {
    const text = this.#token()
    if (!NUMBER.test(text)) this.fail()
    this.pos += text.length
    return Number(text)
  }

  /** `true`, `false` or `null`, if one of them comes next. */
  readLiteral(): boolean | null | undefined {
    const text = this.#token()
    if (text !== 'true' && text !== 'false' && text !== 'null') return undefined
    this.pos += text.length
    return text === 'null' ? null : text === 'true'
  }

  /** Checks the grammar of the next value and leaves it behind. */
  skip(depth = 0): void {
    if (depth > MOST_DEPTH) throw new BadRequest('the body nests too deeply')
    const next = this.peek()
    if (next === OPEN_OBJECT) this.readObject(() => this.skip(depth + 1))
    else if (next === OPEN_LIST) this.readList(() => this.skip(depth + 1))
    else if (next === QUOTE) this.readString()
    else if (this.readLiteral() === undefined) this.readNumber()
  }

  /** Says what comes next, for a message that something else was expected. */
  describe(): string {
    const next = this.peek()
    if (next === OPEN_OBJECT) return 'an object'
    if (next === OPEN_LIST) return 'an array'
    if (next === QUOTE) return JSON.stringify(this.readString().slice(0, 40))
    const start = this.pos
    this.skip()
    return this.bytes.toString('latin1', start, Math.min(this.pos, start + 40))
  }

  /** Nothing but white space is left. */
  finish(): void {
    if (this.peek() !== -1) this.fail()
  }

  /** @throws BadRequest always: here the body stops being JSON */
  fail(): never {
    const fault = this.pos < this.bytes.length ? 'unexpected character' : 'it ends too early'
    throw new BadRequest(`the body is not JSON: ${fault} at byte ${Math.min(this.pos, this.bytes.length)}`)
  }

  /** The number or word that comes next, up to 400 characters of it. */
  #token(): string {
    this.peek()
    let end = this.pos
    for (; end < this.pos + 400; end++) {
      const byte = this.bytes[end] ?? 0
      const letter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a
      const numeric = (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e
      if (!letter && !numeric) break
    }
    return this.bytes.toString('latin1', this.pos, end)
  }

  /** Place of the quote that ends the string that has begun: one with an even number of backslashes before it. */
  #endOfString(): number {
    const { bytes } = this
    for (let from = this.pos; ; ) {
      const end = bytes.indexOf(QUOTE, from)
      if (end === -1) {
        this.pos = bytes.length
        this.fail()
      }
      let backslashes = 0
      while (bytes[end - 1 - backslashes] === BACKSLASH && end - 1 - backslashes >= this.pos) backslashes++
      if (backslashes % 2 === 0) return end
      from = end + 1
    }
  }

  #decode(start: number, end: number): string {
    try {
      return JSON.parse(utf8.decode(this.bytes.subarray(start, end)))
    } catch {
      throw new BadRequest(`the body is not JSON: a string that begins at byte ${start} is malformed`)
    }
  }

  #expect(byte: number): void {
    if (!this.#accept(byte)) this.fail()
  }

  #accept(byte: number): boolean {
    if (this.peek() !== byte) return false
    this.pos++
    return true
  }
}
