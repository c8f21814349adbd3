import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { unzipSync } from 'fflate'
import type { Backend } from '../fake/live-endpoint.ts'

/**
 * Runs the source of a function as an instance does: what npm would install beside it, the Functions Framework's way
 * of calling, and a process of its own.
 */
export async function runSource(
  zip: Buffer,
  environment: Readonly<Record<string, string>>,
): Promise<Backend> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-function-'))
  for (const [place, bytes] of Object.entries(unzipSync(zip))) {
    mkdirSync(dirname(join(folder, place)), { recursive: true })
    writeFileSync(join(folder, place), bytes)
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  const script = `
    import { createServer } from 'node:http'
    const { predict } = await import(${JSON.stringify(pathToFileURL(join(folder, 'index.js')).href)})
    const server = createServer(async (request, response) => {
      request.rawBody = Buffer.concat(await Array.fromAsync(request))
      await predict(request, response)
    })
    server.listen(0, '127.0.0.1', () => console.log(server.address().port))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [port] = await once(child.stdout.setEncoding('utf8'), 'data')
  const stop = async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    rmSync(folder, { recursive: true, force: true })
  }
  return { origin: `http://127.0.0.1:${String(port).trim()}`, stop }
}
