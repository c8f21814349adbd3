/** A row for each candidate: its name beside it, or on a narrow page above it. */
export function nameAxis(names: readonly string[], narrow: boolean) {
  return {
    type: 'category',
    data: names,
    axisLine: { lineStyle: { color: 'var(--line)' } },
    axisTick: { show: false },
    axisLabel: {
      color: 'var(--ink)',
      fontSize: 12,
      interval: 0,
      width: narrow ? 330 : 236,
      overflow: 'truncate',
      ...(narrow && {
        inside: true,
        margin: 2,
        align: 'left',
        verticalAlign: 'bottom',
        padding: [0, 0, 3, 0],
      }),
    },
    z: 3,
  }
}

/** Height of a row, px. */
export function rowHeight(narrow: boolean): number {
  return narrow ? 42 : 26
}
