/** Characters that JSON lets through as they are and a terminal or an editor would act on. */
const ACTIVE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** JSON to be read by people too: characters that move the cursor or turn the direction of writing are escaped. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replaceAll(ACTIVE, escapeUnits)}\n`
}

/** The line ends between the lines stay: within texts they are escaped already. */
function escapeUnits(character: string): string {
  if (character === '\n') return character
  return Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
  }).join('')
}
