// Run inside the page, so each is whole by itself. Types are in in-page.d.mts: the project has none of a browser.

export function openDetails() {
  for (const each of document.querySelectorAll('details')) each.open = true
}

export function measurePage() {
  const texts = [...document.querySelectorAll('.chart svg.narrow text')]
  const shown = texts.filter((text) => text.ownerSVGElement.getBoundingClientRect().width > 0)
  return {
    paper: getComputedStyle(document.body).backgroundColor,
    menu: getComputedStyle(document.querySelector('nav')).display,
    overflow: document.documentElement.scrollWidth - window.innerWidth,
    scripts: document.querySelectorAll('script, img').length,
    pwned: 'pwned' in window,
    smallestTextPx: Math.min(
      ...shown.map((text) => {
        const { width } = text.ownerSVGElement.getBoundingClientRect()
        return (
          (Number.parseFloat(getComputedStyle(text).fontSize) * width) /
          text.ownerSVGElement.viewBox.baseVal.width
        )
      }),
    ),
  }
}

export async function findViolations() {
  const found = await window.axe.run(document, { resultTypes: ['violations'] })
  return found.violations.map(({ id, impact, nodes }) => ({ id, impact, of: nodes[0]?.html.slice(0, 200) }))
}

/** Texts of drawings whose contrast with the paper is under 4.5, by the formula of WCAG 2. */
export function lowContrasts() {
  const luminance = (color) => {
    const [r, g, b] = color
      .match(/[\d.]+/g)
      .slice(0, 3)
      .map((channel) => {
        const share = channel / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const paper = luminance(getComputedStyle(document.body).backgroundColor)
  const texts = [...document.querySelectorAll('.chart svg.wide text')]
  const low = texts.filter((text) => {
    const ink = luminance(getComputedStyle(text).fill)
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05) < 4.5
  })
  return { read: texts.length, low: low.map((text) => `${text.textContent} ${getComputedStyle(text).fill}`) }
}

export function describeCharts() {
  return [...document.querySelectorAll('figure')].map((chart) => ({
    id: chart.id,
    title: chart.querySelector('h3').textContent,
    alternative: chart.querySelector('[role=img]').getAttribute('aria-label'),
    texts: [...chart.querySelectorAll('svg.wide text')].map(({ textContent }) => textContent),
    // A mark outside its drawing would be no mark.
    marks: [...chart.querySelectorAll('svg.wide title')]
      .filter(({ parentElement }) => {
        const mark = parentElement.getBoundingClientRect()
        const drawing = parentElement.ownerSVGElement.getBoundingClientRect()
        const [x, y] = [mark.x + mark.width / 2, mark.y + mark.height / 2]
        return x >= drawing.left && x <= drawing.right && y >= drawing.top && y <= drawing.bottom
      })
      .map(({ textContent }) => textContent),
    rows: chart.querySelectorAll('details tbody tr').length,
  }))
}
