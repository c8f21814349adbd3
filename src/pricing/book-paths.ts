import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Where `plimsoll prices sync` keeps the book that it read: in `$XDG_DATA_HOME` where that is set, else where the
 * system keeps the data of programs. A relative `XDG_DATA_HOME` is ignored, as its specification says.
 *
 * @param env the environment, handed in so that tests have their own
 */
export function syncedBookPath(env: Environment, platform: NodeJS.Platform = process.platform): string {
  return join(dataHome(env, platform), 'plimsoll', 'prices', 'google-cloud.json')
}

function dataHome(env: Environment, platform: NodeJS.Platform): string {
  const { XDG_DATA_HOME: xdg, LOCALAPPDATA: local } = env
  if (xdg && isAbsolute(xdg)) return xdg
  const home = env.HOME || homedir()
  if (platform === 'darwin') return join(home, 'Library', 'Application Support')
  if (platform === 'win32') return local || join(home, 'AppData', 'Local')
  return join(home, '.local', 'share')
}
