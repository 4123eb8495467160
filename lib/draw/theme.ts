// The house theme: how every figure of Basin looks unless a workflow overrides it. White ground, DejaVu Sans, sizes
// that stay legible when a figure is printed at the width of one journal column.

import { cycle } from "./palette.ts";

/** Widths of figures in print, in mm: one journal column, or two. */
export const widthMm = { single: 85, double: 175 } as const;

/** A px of a figure is that of CSS, 1/96 inch. */
export const pxPerInch = 96;

/** Px in one mm. */
export const pxPerMm = 96 / 25.4;

/** Ink, from strongest to faintest. */
export const ink = { text: "#222222", axis: "#444444", faint: "#707070", grid: "#E4E4E4" } as const;

/** Font families in order of preference; the PNG is made with DejaVu Sans, whose metrics Verdana shares. */
export const fontFamily = "DejaVu Sans, Verdana, sans-serif";

/**
 * Sizes of text in px: 8 px are 6 points in print, 9 px 6.75. `tiny` is for numbers in cells alone: 5 points, the least
 * that journals print.
 */
export const textSize = {
  tiny: 6.7,
  small: 8,
  label: 9,
  title: 9.5,
  header: 10,
  figure: 11,
} as const;

/** Vega-Lite configuration of the house theme. */
export const houseTheme: Readonly<Record<string, unknown>> = {
  background: "white",
  // The whole figure carries one text for those who cannot see it; a text per mark would triple the file.
  aria: false,
  font: fontFamily,
  padding: 5,
  range: { category: cycle, ramp: { scheme: "viridis" }, heatmap: { scheme: "viridis" } },
  view: { stroke: null },
  axis: {
    domainColor: ink.axis,
    domainWidth: 0.8,
    tickColor: ink.axis,
    tickWidth: 0.8,
    tickSize: 3,
    labelColor: ink.text,
    labelFontSize: textSize.label,
    labelLimit: 0,
    labelPadding: 2,
    titleColor: ink.text,
    titleFontSize: textSize.title,
    titleFontWeight: "normal",
    titlePadding: 5,
    grid: false,
    gridColor: ink.grid,
    gridWidth: 0.6,
  },
  axisY: { grid: true, domain: false, ticks: false, labelPadding: 4 },
  header: {
    labelColor: ink.text,
    labelFontSize: textSize.header,
    labelPadding: 2,
    titleColor: ink.text,
    titleFontSize: textSize.header,
  },
  legend: {
    labelColor: ink.text,
    labelFontSize: textSize.label,
    labelLimit: 0,
    titleColor: ink.text,
    titleFontSize: textSize.label,
    titleFontWeight: "normal",
    titleLimit: 0,
    symbolOpacity: 1,
    symbolStrokeWidth: 1.5,
    symbolSize: 40,
    gradientThickness: 8,
    gradientStrokeColor: null,
    offset: 6,
    padding: 0,
    rowPadding: 2,
    columnPadding: 10,
  },
  title: {
    color: ink.text,
    fontSize: textSize.figure,
    fontWeight: "bold",
    anchor: "start",
    offset: 8,
    subtitleColor: ink.axis,
    subtitleFontSize: textSize.title,
  },
  facet: { spacing: 14 },
  concat: { spacing: 14 },
  line: { strokeWidth: 1.4, strokeCap: "butt", strokeJoin: "round" },
  point: { size: 22, filled: true, opacity: 1 },
  rule: { strokeWidth: 1 },
  bar: { opacity: 1 },
  rect: { opacity: 1 },
  text: { color: ink.text, fontSize: textSize.label, font: fontFamily },
};
