import type { Config } from 'vega-lite'

const ink = '#1f2933'
const quiet = '#616e7c'
const faint = '#e4e7eb'
const font = 'system-ui, "Segoe UI", "Helvetica Neue", "Noto Sans", sans-serif'

/** How plots look: one colour for data, thin lines behind it, text that can be read. Categories are by Okabe and Ito. */
export const plotTheme: Config = {
  background: '#ffffff',
  padding: 16,
  font,
  view: { stroke: null },
  title: {
    anchor: 'start',
    color: ink,
    fontSize: 16,
    fontWeight: 600,
    offset: 14,
    subtitleColor: quiet,
    subtitleFontSize: 12,
  },
  axis: {
    domainColor: quiet,
    gridColor: faint,
    tickColor: quiet,
    labelColor: ink,
    titleColor: ink,
    labelFontSize: 12,
    titleFontSize: 13,
    titleFontWeight: 500,
    titlePadding: 10,
    tickCount: 8,
  },
  axisX: { grid: false },
  axisY: { domain: false, ticks: false },
  legend: { labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500 },
  range: {
    category: [
      '#0072b2',
      '#e69f00',
      '#009e73',
      '#d55e00',
      '#cc79a7',
      '#56b4e9',
      '#8c6d31',
      '#5b5b5b',
      '#9467bd',
      '#17a2a2',
    ],
  },
  mark: { color: '#0072b2' },
  line: { strokeWidth: 2 },
  circle: { size: 28 },
  bar: { binSpacing: 1 },
}
