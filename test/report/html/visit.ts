import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'puppeteer-core'

/** Pages and screenshots stay here to be looked at; git ignores them. */
export const FOLDER = resolve('coverage/report')
export const WIDTHS = { desktop: 1280, phone: 400 } as const
export const THEMES = ['light', 'dark'] as const

export function save(name: string, page: string): string {
  mkdirSync(FOLDER, { recursive: true })
  const path = join(FOLDER, `${name}.html`)
  writeFileSync(path, page)
  return path
}

export interface Visit {
  readonly page: Page
  /** What the console said, and what the page asked for besides itself. */
  readonly troubles: string[]
}

export async function visit(browser: Browser, path: string, width: number, theme: string): Promise<Visit> {
  const page = await browser.newPage()
  const troubles: string[] = []
  page.on('console', (message) => troubles.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => troubles.push(`error: ${error}`))
  const address = pathToFileURL(path).href
  await page.setRequestInterception(true)
  page.on('request', (request) => {
    if (request.url() === address || request.url() === 'data:,') return request.continue()
    troubles.push(`request: ${request.url()}`)
    return request.abort()
  })
  await page.setViewport({ width, height: 900 })
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }])
  await page.goto(address)
  return { page, troubles }
}
