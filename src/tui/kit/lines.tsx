import { Box, Text } from 'ink'
import { clipLine, type Line } from './line.ts'
import { paintLine, type Theme } from './theme.ts'

/** Drawn lines in Ink: one row each, never wrapped. */
export function Lines({ lines, theme, columns }: { lines: readonly Line[]; theme: Theme; columns: number }) {
  return (
    <Box flexDirection="column" width={columns}>
      <Text wrap="truncate">
        {lines.map((each) => paintLine(clipLine(each, columns), theme) || ' ').join('\n')}
      </Text>
    </Box>
  )
}
