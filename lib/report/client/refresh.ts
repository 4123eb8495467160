// A page whose run goes on loads itself again, and comes back to where its reader was. It waits while somebody reads a
// dialog, types or selects; it says when nothing was written for a while, and gives up in the end.

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { Page } from "./page.ts";

/** Seconds without a new page after which the run may have been killed. */
const silentAfter = 40;
/** Seconds without a new page after which nobody need wait for one. */
const overAfter = 600;
/** Seconds between looks at a page that is not written any more. */
const slowly = 15;

const place = "basin-place";

/** Where a reader was. */
interface Place {
  readonly path: string;
  /** The section at the top of the window, and how far it was scrolled past. */
  readonly section: string;
  readonly offset: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly open: Readonly<Record<string, boolean>>;
}

/** What a page says of itself. */
export interface Freshness {
  readonly state: "fresh" | "silent" | "over";
  readonly text: string;
  /** Seconds until it is loaded again; absent: never. */
  readonly again?: number;
}

/** Judges a page by when it was written. Times in ms since the epoch. */
export function freshness(writtenAt: number, everySeconds: number, now: number): Freshness {
  const age = Math.max(0, (now - writtenAt) / 1000);
  const silent = Math.max(silentAfter, 4 * everySeconds);
  if (age < silent) {
    return { state: "fresh", text: "This run is going on.", again: Math.max(1, everySeconds) };
  }
  const text = `Not written for ${spanOf(age)}: the run may have been killed.`;
  return age < Math.max(overAfter, 2 * silent)
    ? { state: "silent", text, again: Math.max(slowly, everySeconds) }
    : { state: "over", text };
}

/** Seconds in words, coarse. */
export function spanOf(seconds: number): string {
  const units = [[86_400, "day"], [3600, "hour"], [60, "minute"]] as const;
  for (const [size, name] of units) {
    const count = Math.floor(seconds / size);
    if (count >= (size === 60 ? 2 : 1)) return `${count} ${name}${count === 1 ? "" : "s"}`;
  }
  return `${Math.round(seconds)} s`;
}

/** Keeps a page up to date; nothing happens on pages of runs that have ended. */
export function setupRefresh({ document }: Page): void {
  restore(document);
  const banner = document.querySelector<HTMLElement>(".live");
  const text = banner?.querySelector<HTMLElement>(".live-text");
  const button = banner?.querySelector<HTMLButtonElement>(".live-pause");
  const writtenAt = Date.parse(banner?.dataset.writtenAt ?? "");
  const every = Number(banner?.dataset.every);
  if (!banner || !text || !button || !(writtenAt > 0) || !(every > 0)) return;
  let paused = false;
  const loaded = Date.now();
  const tick = () => {
    const { state, text: words, again } = freshness(writtenAt, every, Date.now());
    if (text.textContent !== words) text.textContent = words;
    banner.classList.toggle("stale", state !== "fresh");
    banner.dataset.state = state;
    const isOver = again === undefined;
    button.hidden = false;
    button.textContent = paused || isOver ? "Load again" : "Stop loading again";
    if (paused || isOver || Date.now() - loaded < again * 1000 || isBusy(document)) return;
    reload(document);
  };
  button.addEventListener("click", () => {
    if (paused || banner.dataset.state === "over") return reload(document);
    paused = true;
    tick();
  });
  tick();
  setInterval(tick, 1000);
}

/** Whether a new page would take something out of the reader's hands. */
function isBusy(document: Document): boolean {
  if (document.querySelector("dialog[open], :fullscreen") !== null) return true;
  if (document.getSelection()?.isCollapsed === false) return true;
  const { activeElement } = document;
  return activeElement !== null && activeElement.matches("input, select, textarea, canvas");
}

function reload(document: Document): void {
  const window = document.defaultView!;
  try {
    window.sessionStorage.setItem(place, JSON.stringify(placeOf(document)));
  } catch {
    // Then the browser's own memory of where the page was has to do.
  }
  window.location.reload();
}

function placeOf(document: Document): Place {
  const sections = [...document.querySelectorAll<HTMLElement>("section[id]")];
  const above = sections.filter((one) => one.getBoundingClientRect().top <= 1).at(-1);
  const scrolled = document.defaultView!.scrollY;
  const fields: Record<string, string> = {};
  for (const [name, field] of fieldsOf(document)) {
    const isBox = field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type);
    fields[name] = isBox ? String(field.checked) : field.value;
  }
  const open: Record<string, boolean> = {};
  for (const [name, details] of detailsOf(document)) open[name] = details.open;
  return {
    path: document.location.pathname,
    section: above?.id ?? "",
    offset: above === undefined ? scrolled : -above.getBoundingClientRect().top,
    fields,
    open,
  };
}

/** Puts a page back to where its reader was before it loaded itself again. */
function restore(document: Document): void {
  let known: Place;
  try {
    const { sessionStorage } = document.defaultView!;
    const text = sessionStorage.getItem(place);
    if (text === null) return;
    sessionStorage.removeItem(place);
    known = JSON.parse(text) as Place;
  } catch {
    return;
  }
  if (known.path !== document.location.pathname) return;
  for (const [name, details] of detailsOf(document)) {
    details.open = known.open[name] ?? details.open;
  }
  // Other features are set up by then, and follow.
  setTimeout(() => {
    for (const [name, field] of fieldsOf(document)) restoreField(field, known.fields[name]);
    const section = known.section === "" ? null : document.getElementById(known.section);
    const top = section === null
      ? 0
      : section.getBoundingClientRect().top + document.defaultView!.scrollY;
    document.defaultView!.scrollTo({ top: top + known.offset, behavior: "instant" });
  });
}

type Field = HTMLInputElement | HTMLSelectElement;

function restoreField(field: Field, value: string | undefined): void {
  if (value === undefined) return;
  if (field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type)) {
    if (String(field.checked) === value) return;
    field.checked = value === "true";
  } else if (field.value === value) return;
  else field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Fields by section and place in it. */
function fieldsOf(document: Document): [string, Field][] {
  return named(document, "main input, main select");
}

function detailsOf(document: Document): [string, HTMLDetailsElement][] {
  return named(document, "details");
}

function named<T extends Element>(document: Document, selector: string): [string, T][] {
  const counts = new Map<string, number>();
  return [...document.querySelectorAll<T>(selector)].map((one) => {
    const section = one.closest("section[id]")?.id ?? "";
    const count = counts.get(section) ?? 0;
    counts.set(section, count + 1);
    return [one.id === "" ? `${section} ${count}` : one.id, one];
  });
}
