export function openDetails(): void
export function measurePage(): {
  readonly paper: string
  readonly menu: string
  readonly overflow: number
  readonly scripts: number
  readonly pwned: boolean
  readonly smallestTextPx: number
}
export function findViolations(): Promise<
  readonly { readonly id: string; readonly impact: string | null; readonly of: string | undefined }[]
>
export function lowContrasts(): { readonly read: number; readonly low: readonly string[] }
export function describeCharts(): readonly {
  readonly id: string
  readonly title: string
  readonly alternative: string
  readonly texts: readonly string[]
  readonly marks: readonly string[]
  readonly rows: number
}[]
