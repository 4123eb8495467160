// The timeline: what each worker did when, and what the engine worked on, as a picture that grows with its room.

import type { ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";
import { columnsOf, fit, formatSeconds, oneLine, plural } from "../format.ts";
import { type Bar, type EngineLane, type Lanes, timelineLanes } from "../timeline_lanes.ts";
import { timeTicks } from "../time_ticks.ts";

/** Stages with a colour of their own. */
const numColours = 8;
/** Pixels from one lane to the next, as in the style. */
const pitch = 30;
const barHeight = 22;
const engineHeight = 26;
const axisHeight = 22;
/** Bars from this part of the whole have their stage's name in them, which the script shows where there is room. */
const labelled = 0.015;
/** The least width of the picture in pixels, as in the style: names that fit there are shown without script. */
const leastWidth = 544;
/** Pixels of a character in a bar, and around a name. */
const characterWidth = 6.9;
const nameRoom = 12;

/**
 * The timeline of a run; nothing if nothing was heard of any member.
 *
 * @example
 * ```ts
 * import { timelineSection } from "#lib/report/sections/timeline.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(timelineSection(reportContent()), null);
 * ```
 */
export function timelineSection({ record, live }: ReportContent): Section | null {
  if (record.stages.length === 0) return null;
  const now = live === undefined
    ? 0
    : (Date.parse(live.written_at) - Date.parse(record.started_at)) / 1000;
  const lanes = timelineLanes(record, { now: Number.isFinite(now) ? Math.max(0, now) : 0 });
  const numHits = record.stages.filter(({ status }) => status === "hit").length;
  const hits = numHits === 0
    ? ""
    : `${plural(numHits, "result")} came from the store and took no worker's time.`;
  if (lanes.lanes.length === 0) {
    return {
      id: "timeline",
      title: "Timeline",
      html: `<p>${hits === "" ? "No stage has started." : hits} Nothing ran.</p>`,
    };
  }
  const colours = coloursOf(lanes);
  return {
    id: "timeline",
    title: "Timeline",
    html: `<p class="hint">${aboutText(lanes)} ${hits}</p>
<div class="timeline"><ul class="lane-names">${namesHtml(lanes)}</ul>
<div class="time" tabindex="0" role="region" aria-label="Lanes of the workers">${
      svg(lanes, colours)
    }</div></div>
<ul class="timeline-legend">${legendHtml(lanes, colours)}</ul>`,
  };
}

function aboutText({ lanes, span }: Lanes): string {
  const members = lanes.reduce((sum, lane) => sum + lane.members, 0);
  const busy = lanes.reduce((sum, lane) => sum + lane.busy, 0);
  return `${plural(members, "member")} on ${plural(lanes.length, "worker")} in ${
    formatSeconds(span)
  }, ${percent(busy, span * lanes.length)} of the time at work.`;
}

function namesHtml({ lanes, engines, span }: Lanes): string {
  return [
    ...lanes.map(({ worker, busy }) =>
      `<li>worker ${worker + 1} <small>${percent(busy, span)}</small></li>`
    ),
    ...engines.map(({ engine, busy }) =>
      `<li class="engine">${escapeHtml(fit(oneLine(engine), 16))} <small>${
        percent(busy, span)
      }</small></li>`
    ),
  ].join("");
}

/** Places are in parts of the whole width, so that the picture can be drawn out without its text. */
function svg({ lanes, engines, span }: Lanes, colours: ReadonlyMap<string, number>): string {
  const bottom = pitch * (lanes.length + engines.length);
  const whole = span || 1;
  const coarse = timeTicks(whole, 9);
  const known = new Set(coarse.map(({ label }) => label));
  const fine = timeTicks(whole, 45).filter(({ label }) => !known.has(label));
  const ticks = [
    ...coarse.map((tick) => tickSvg(tick, whole, bottom, "tick")),
    ...fine.map(
      (tick) => tickSvg(tick, whole, bottom, "tick fine"),
    ),
  ];
  const bars = lanes.map(({ bars }, lane) =>
    `<g>${bars.map((bar) => barSvg(bar, lane * pitch, whole, colours)).join("\n")}</g>`
  );
  const profiles = engines.map((engine, i) => engineSvg(engine, (lanes.length + i) * pitch));
  return `<svg role="img" aria-label="What each worker did when" width="100%" height="${
    bottom + axisHeight
  }">${ticks.join("")}\n${bars.join("\n")}\n${profiles.join("\n")}</svg>`;
}

function tickSvg(
  { at, label }: { readonly at: number; readonly label: string },
  span: number,
  bottom: number,
  className: string,
): string {
  const x = part(at, span);
  const anchor = at === 0 ? "start" : at > span * 0.97 ? "end" : "middle";
  return `<g class="${className}"><rect x="${x}" y="0" width="1" height="${bottom}"/>` +
    `<text x="${x}" y="${bottom + 15}" text-anchor="${anchor}">${label}</text></g>`;
}

function barSvg(bar: Bar, top: number, span: number, colours: ReadonlyMap<string, number>): string {
  const { start, end, stage, failed, retried, open } = bar;
  const x = part(start, span);
  const length = (end - start) / span;
  const width = part(Math.max(end - start, span * 0.0012), span);
  const y = top + (pitch - barHeight) / 2;
  const marks = `${failed > 0 ? " failed" : ""}${retried > 0 ? " retried" : ""}${
    open > 0 ? " open" : ""
  }`;
  const box = `x="${x}" y="${y}" width="${width}" height="${barHeight}"`;
  const name = length < labelled ? "" : nameSvg(stage, box, length);
  // Told by shape as well: what failed has a cross over its start, what was tried again a ring.
  const sign = failed > 0
    ? `<svg x="${x}" y="${y}" width="16" height="${barHeight}"><path class="cross" d="M3 6l9 9m0-9l-9 9"/></svg>`
    : retried > 0
    ? `<svg x="${x}" y="${y}" width="16" height="${barHeight}"><path class="ring" d="M4 11a4 4 0 1 0 8 0a4 4 0 1 0-8 0"/></svg>`
    : "";
  return `<g class="bar s${colours.get(stage) ?? numColours}${marks}"><title>${
    escapeHtml(barText(bar))
  }</title><rect ${box} rx="1.5"/>${sign === "" ? name : sign}</g>`;
}

function nameSvg(stage: string, box: string, length: number): string {
  const text = fit(oneLine(stage), 40);
  const fits = length * leastWidth > columnsOf(text) * characterWidth + nameRoom;
  return `<svg class="${fits ? "name" : "name tight"}" ${box}><text x="6" y="15">${
    escapeHtml(text)
  }</text></svg>`;
}

/** A bar in words. */
function barText(bar: Bar): string {
  const { id, stage, stages, members, start, end, busy, fused, failed, retried, open } = bar;
  const what = id ??
    (stages > 1
      ? `${members} members of ${stages} stages, most of the time ${stage}`
      : `${members} members of ${stage}`);
  const times = end - start > busy * 1.01 ? `, ${formatSeconds(busy)} at work` : "";
  return [
    oneLine(what),
    fused === undefined ? "" : `fused, ${fused} as one`,
    `${formatSeconds(end - start)} from ${formatSeconds(start)}${times}`,
    failed > 0 ? (members === 1 ? "failed" : `${failed} failed`) : "",
    retried > 0 ? (members === 1 ? "retried" : `${retried} retried`) : "",
    open > 0 ? "not ended" : "",
  ].filter((text) => text !== "").join(" · ");
}

/** How many members an engine has at a time, as steps of the lane's height. */
function engineSvg({ engine, members, profile }: EngineLane, top: number): string {
  const most = Math.max(...profile);
  let d = `M0 ${engineHeight}`;
  profile.forEach((level, i) => {
    if (level === (profile[i - 1] ?? 0)) return;
    d += `H${i}V${round(engineHeight * (1 - level / most))}`;
  });
  d += `H${profile.length}V${engineHeight}Z`;
  const about = `${oneLine(engine)}: ${plural(members, "member")}, up to ${most} at a time`;
  return `<g class="engine"><title>${escapeHtml(about)}</title><svg x="0" y="${
    top + pitch - engineHeight - 2
  }" width="100%" height="${engineHeight}" viewBox="0 0 ${profile.length} ${engineHeight}" ` +
    `preserveAspectRatio="none"><path d="${d}"/></svg></g>`;
}

/** The stages that took longest have colours of their own, by rank. */
function coloursOf({ lanes }: Lanes): ReadonlyMap<string, number> {
  return new Map(longest(lanes).slice(0, numColours).map(([stage], i) => [stage, i]));
}

function longest(lanes: Lanes["lanes"]): readonly (readonly [stage: string, busy: number])[] {
  const times = new Map<string, number>();
  for (const { bars } of lanes) {
    for (const { stage, busy } of bars) times.set(stage, (times.get(stage) ?? 0) + busy);
  }
  return [...times].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

function legendHtml({ lanes, engines }: Lanes, colours: ReadonlyMap<string, number>): string {
  const swatch = (colour: number | string) =>
    `<svg class="lane-swatch" width="12" height="12" aria-hidden="true"><g class="bar ${colour}"><rect width="12" height="12" rx="2"/></g></svg>`;
  const times = longest(lanes);
  const items = times.slice(0, numColours).map(([stage]) =>
    `<li>${swatch(`s${colours.get(stage)}`)}${escapeHtml(fit(oneLine(stage), 40))}</li>`
  );
  if (times.length > numColours) {
    items.push(
      `<li>${swatch(`s${numColours}`)}${plural(times.length - numColours, "other stage")}</li>`,
    );
  }
  if (engines.length > 0) {
    items.push(`<li>${swatch("on-engine")}members on the engine at a time</li>`);
  }
  const has = (is: (bar: Bar) => boolean) => lanes.some(({ bars }) => bars.some(is));
  if (has(({ failed }) => failed > 0)) items.push("<li>✕ failed</li>");
  if (has(({ retried }) => retried > 0)) items.push("<li>○ retried</li>");
  return items.join("");
}

function part(at: number, span: number): string {
  return `${Number((100 * at / span).toFixed(3))}%`;
}

function percent(some: number, whole: number): string {
  return `${Math.round(100 * some / (whole || 1))} %`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
