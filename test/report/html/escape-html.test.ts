import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeHtml, isolated, plainText } from '../../../src/report/html/escape-html.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom(...'<>&"\'`|\n\r\t\0\u202e\u2066\u200f\u2028', '<script>', '--', ']]>', '\ud800'))
    .map((all) => all.join('')),
)

describe('Text from outside', () => {
  test('opens and closes neither tag, attribute nor entity, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"'`]|&(?!(amp|lt|gt|quot|#39|#96);)/)
      }),
      { numRuns: 2000 },
    )
  })

  test('is one line without control characters, marks of direction and half characters', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const plain = plainText(text)
        expect(plain).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/)
        expect(plain.isWellFormed()).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('reads as it was where it is harmless', () => {
    fc.assert(fc.property(fc.stringMatching(/^[ -~à-ÿא-ת中-丰]*$/), (text) => plainText(text) === text))
    expect(escapeHtml('p95 < 150 ms & "so on"')).toBe('p95 &lt; 150 ms &amp; &quot;so on&quot;')
  })

  test('keeps its direction to itself', () => {
    expect(isolated('שלום')).toBe('<bdi>שלום</bdi>')
  })
})
