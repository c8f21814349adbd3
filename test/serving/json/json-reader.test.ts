import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonReader } from '../../../src/serving/json/json-reader.ts'

const skip = (bytes: string | Uint8Array) => {
  const reader = new JsonReader(Buffer.from(bytes))
  reader.skip()
  reader.finish()
}
const reads = (bytes: string | Uint8Array) => {
  try {
    skip(bytes)
    return true
  } catch (error) {
    expect(error).toMatchObject({ name: 'BadRequest', status: 400 })
    return false
  }
}
const parses = (text: string) => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('a reader of JSON', () => {
  it('takes whatever JSON.stringify writes', () => {
    const property = fc.property(fc.json(), (text) => {
      expect(reads(text)).toBe(true)
    })
    fc.assert(property)
  })

  it('takes broken JSON only where JSON.parse does', () => {
    const mutated = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', '"', '\\', ',', ']', '}', '0', '\u0001', 'e', '{"a":1,"a":2}'),
      )
      .map(([text, at, piece]) => {
        const place = at % (text.length + 1)
        return text.slice(0, place) + piece + text.slice(place + 1)
      })
    const property = fc.property(mutated, (text) => {
      const ours = reads(text)
      if (ours) expect(parses(text)).toBe(true)
      else if (parses(text)) expect(() => skip(text)).toThrow(/twice|deeply/)
    })
    fc.assert(property, { numRuns: 5000 })
  })

  it('reads every string as it was written', () => {
    const property = fc.property(fc.string({ unit: 'binary' }), (text) => {
      const reader = new JsonReader(Buffer.from(JSON.stringify(text)))
      expect(reader.readString()).toBe(text.toWellFormed() === text ? text : JSON.parse(JSON.stringify(text)))
    })
    fc.assert(property)
  })

  it('refuses bytes that are not UTF-8, in a key as in a value', () => {
    expect(reads(Buffer.from([0x22, 0xff, 0x22]))).toBe(false)
    expect(reads(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]))).toBe(false)
    expect(reads(Buffer.from([0xef, 0xbb, 0xbf, 0x31]))).toBe(false)
  })

  it('refuses a key that comes twice, and takes __proto__ for a key like another', () => {
    expect(() => skip('{"a":1,"b":2,"a":3}')).toThrow('the body has the key "a" twice')
    expect(() => skip('{"\\u0061":1,"a":3}')).toThrow('twice')
    expect(reads('{"__proto__":{"polluted":1},"constructor":{"prototype":{}}}')).toBe(true)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('gives up on an object with keys without end', () => {
    const keys = Array.from({ length: 10_001 }, (_, index) => `"${index}":0`)
    expect(() => skip(`{${keys.join()}}`)).toThrow('an object of over 10000 keys')
    expect(reads(`{${keys.slice(1).join()}}`)).toBe(true)
  })

  it('gives up on a value that nests for ever', () => {
    expect(() => skip('['.repeat(1_000_000))).toThrow('nests too deeply')
    expect(() => skip('{"a":'.repeat(1_000_000))).toThrow('nests too deeply')
  })
})
