#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// The oldest Node that the dependencies run on; checked here because they fail on an older one without saying so.
const OLDEST = [22, 19] as const

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(`plimsoll needs Node ${OLDEST.join('.')} or newer; this is ${process.versions.node}.`)
  console.error('    in a clone, npm start and npm run plimsoll -- … bring their own Node')
  process.exitCode = 2
} else {
  enableCompileCache()
  const { runProgram } = await import('./program.ts')
  process.exitCode = await runProgram(process.argv)
}
