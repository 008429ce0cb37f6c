import type { ChartSpec } from './kind.ts'
import { oneLine, wrap } from './text.ts'

export type Theme = 'light' | 'dark'

/** The bundled font, and what a browser without it may take: all of about the same width. */
export const fontFamily = "'IBM Plex Sans', 'Helvetica Neue', Helvetica, Arial, sans-serif"

export const fontSizes = { title: 17, subtitle: 13, label: 12 }

/** Pictures so low that everything but the curve has to step back. */
export const isSmall = (height: number): boolean => height < 220

/** Pixels around the whole picture. */
export const paddingOf = (width: number, height: number): number => (isSmall(height) || width < 320 ? 10 : 16)

export interface Colours {
  background: string
  ink: string
  muted: string
  axis: string
  grid: string
  /**
   * Five hues that stay apart for all kinds of colour blindness (smallest OKLab distance 12.8 light, 14.5 dark, under
   * Machado's simulations of protanopia, deuteranopia and tritanopia; Okabe and Ito's first six have 7.6) and have a
   * contrast of 3 : 1 or more with the background (WCAG 1.4.11). More than five series repeat them with another dash.
   */
  series: string[]
  /** From low to high, of even steps of lightness (OKLab): the highest stands out most from the background. */
  ramp: string[]
  /** From far below the middle to far above it, blue and orange, which all kinds of colour blindness tell apart. */
  diverging: string[]
}

export const colours: Record<Theme, Colours> = {
  light: {
    background: '#ffffff',
    ink: '#1a1a1a',
    muted: '#5c6269',
    axis: '#8b9299',
    grid: '#e4e7ea',
    series: ['#0072b2', '#d55e00', '#3da58a', '#7b1e57', '#000000'],
    ramp: ['#ecebb4', '#bdd9ab', '#8bc6a1', '#5eb19b', '#459a9b', '#29829a', '#1e668c', '#1b4877', '#182b63'],
    diverging: ['#124f91', '#4a80b7', '#7fb2dd', '#b3cce1', '#e6e6e3', '#e7c6a8', '#e5a46a', '#c1733d', '#9c4303'],
  },
  dark: {
    background: '#16191d',
    ink: '#f1f3f4',
    muted: '#aab2ba',
    axis: '#737c85',
    grid: '#2d333a',
    series: ['#56b4e9', '#e69f00', '#cc6677', '#eedd88', '#ffffff'],
    ramp: ['#24406b', '#25557c', '#236b8d', '#29829a', '#459a9b', '#5eb19b', '#8dc7a0', '#c1dba9', '#f3efb2'],
    diverging: ['#79c0f7', '#5b9bd1', '#3f78ad', '#405d79', '#3d4248', '#725a42', '#a9702f', '#cf9045', '#f7b25c'],
  },
}

export const dashes = [[], [5, 3], [1.5, 2.5], [8, 3, 2, 3]]

/** The colour of the `index`-th series. */
export const colourOf = (theme: Theme, index: number): string => colours[theme].series[index % 5]!

/** The dash of the `index`-th series, so that ten of them differ by more than five colours. */
export const dashOf = (index: number): number[] => dashes[Math.floor(index / 5) % dashes.length]!

export interface Frame {
  width: number
  height: number
  theme: Theme
  title: string
  /** Further lines below the title, smaller. */
  notes?: string[]
  /** What the chart shows, in words. */
  alt: string
}

/**
 * The part of a chart that all kinds share: a picture of exactly width × height pixels, its title, fonts and colours.
 * A kind adds `data` and `mark` or `layer`.
 */
export function frame({ width, height, theme, title, notes = [], alt }: Frame): ChartSpec {
  const padding = paddingOf(width, height)
  const inner = width - 2 * padding
  const isLittle = width < 480 || height < 300
  const size = height < 160 ? 12 : isLittle ? 14 : fontSizes.title
  const small = isLittle ? 11 : fontSizes.subtitle
  const lines = wrap(oneLine(title), inner, size, isSmall(height) ? 1 : height < 320 ? 2 : 3)
  const subtitle = isSmall(height) ? [] : notes.flatMap((note) => wrap(oneLine(note), inner, small, isLittle ? 1 : 2))
  const { ink, muted } = colours[theme]
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: alt,
    width,
    height,
    autosize: { type: 'fit', contains: 'padding' },
    padding,
    background: colours[theme].background,
    title: {
      text: lines,
      ...(subtitle.length > 0 && { subtitle }),
      anchor: 'start',
      frame: 'bounds',
      offset: isSmall(height) ? 6 : 14,
      color: ink,
      fontSize: size,
      lineHeight: Math.round(size * 1.25),
      subtitleColor: muted,
      subtitleFontSize: small,
      subtitleLineHeight: Math.round(small * 1.35),
      subtitlePadding: 4,
    },
    config: themeConfig(theme),
  }
}

function themeConfig(theme: Theme): Record<string, unknown> {
  const { ink, muted, axis, grid } = colours[theme]
  return {
    font: fontFamily,
    aria: false,
    view: { stroke: null },
    title: { font: fontFamily, fontWeight: 600, subtitleFont: fontFamily },
    axis: {
      labelFont: fontFamily,
      labelFontSize: fontSizes.label,
      labelColor: muted,
      titleFont: fontFamily,
      titleFontSize: fontSizes.label,
      titleFontWeight: 400,
      titleColor: muted,
      domainColor: axis,
      tickColor: axis,
      gridColor: grid,
    },
    legend: {
      labelFont: fontFamily,
      labelFontSize: fontSizes.label,
      labelColor: ink,
      labelLimit: 0,
      titleFont: fontFamily,
      titleFontSize: fontSizes.label,
      titleColor: muted,
    },
  }
}
