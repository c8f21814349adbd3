import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface StaticServer {
  readonly name: string
  readonly url: string
  readonly stop: () => Promise<void>
}

const body = '{"predictions":[1]}'

/** Whether a program can be started, e.g. `wrk`. */
export function isInstalled(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The command on one core and ahead of other processes there, as far as the system can and lets us. */
export function onCore(core: number, command: readonly string[]): [string, string[]] {
  const pin = isInstalled('taskset') && availableParallelism() > 1 ? ['taskset', '-c', String(core)] : []
  const prefer = process.getuid?.() === 0 && isInstalled('nice') ? ['nice', '-n', '-20'] : []
  const [program = '', ...args] = [...prefer, ...pin, ...command]
  return [program, args]
}

/** nginx with one worker where it is installed, else a server in Node; on a core of its own where possible. */
export async function startStaticServer(core: number): Promise<StaticServer> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'))
  const nginx = ['nginx', '/usr/sbin/nginx'].find(isInstalled)
  const command =
    nginx === undefined
      ? [process.execPath, fileURLToPath(import.meta.url), String(port)]
      : [nginx, '-p', folder, '-c', writeConfig(folder, port), '-e', join(folder, 'error.log')]
  const child = spawn(...onCore(core, command), { stdio: 'ignore' })
  const ended = once(child, 'exit')
  const url = `http://127.0.0.1:${port}/`
  for (let tries = 0; !(await answers(url)); tries++) {
    if (tries > 100 || child.exitCode !== null) throw new Error(`${command[0]} does not serve ${url}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  return { name: nginx === undefined ? 'a server in Node' : 'nginx', url, stop }
}

function writeConfig(folder: string, port: number): string {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/t;`,
  )
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${folder}/pid;
    events { worker_connections 8192; }
    http { access_log off; keepalive_requests 1000000000; ${places.join(' ')}
      server { listen 127.0.0.1:${port} backlog=4096; location / { return 200 '${body}'; } } }`,
  )
  return file
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    async (reply) => (await reply.text()) === body,
    () => false,
  )
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const reply = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
  createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {}).on('data', () => socket.write(reply))
  }).listen(Number(process.argv[2]), '127.0.0.1', 4096)
}
