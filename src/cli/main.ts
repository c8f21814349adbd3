#!/usr/bin/env node
import nodeModule from 'node:module'

/** The oldest Node that the dependencies run on; checked here, because on an older one they fail without a reason. */
const OLDEST = [22, 19] as const

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(`plimsoll needs Node ${OLDEST.join('.')} or newer; this is ${process.versions.node}.`)
  console.error('    in a clone, npx plimsoll brings its own')
  process.exitCode = 2
} else {
  nodeModule.enableCompileCache()
  for (const stream of [process.stdout, process.stderr]) stream.on('error', onOutputError)
  const { runProgram } = await import('./program.ts')
  process.exitCode = await runProgram(process.argv.slice(2))
}

/** Whoever reads may stop early, as in `plimsoll schema | head`: nothing failed. A full disk is another matter. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return
  process.stderr.write(`failed: cannot write the output: ${error.message}\n`)
  process.exit(3)
}
