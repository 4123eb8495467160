// The table of contents: folded on narrow screens, and showing where the reader is.

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { Page } from "./page.ts";

/** Folds the contents on narrow screens and marks the section that is being read. */
export function setupContents({ document }: Page): void {
  const box = document.querySelector<HTMLDetailsElement>(".contents details");
  if (box === null) return;
  const wide = matchMedia("(min-width: 70rem)");
  const fold = () => box.open = wide.matches;
  wide.addEventListener("change", fold);
  fold();
  box.addEventListener("click", ({ target }) => {
    if (!wide.matches && (target as Element).closest("a") !== null) box.open = false;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || wide.matches) return;
    box.open = false;
    box.querySelector("summary")?.focus();
  });
  document.addEventListener("click", ({ target }) => {
    if (!wide.matches && !box.contains(target as Node)) box.open = false;
  });
  markReading(document, box);
}

function markReading(document: Document, box: HTMLElement): void {
  const links = [...box.querySelectorAll<HTMLAnchorElement>("a")];
  const sections = links.map((link) => document.getElementById(link.hash.slice(1)));
  let asked = false;
  const mark = () => {
    asked = false;
    const line = innerHeight * .3;
    let at = -1;
    sections.forEach((section, i) => {
      if (section !== null && section.getBoundingClientRect().top <= line) at = i;
    });
    const isEnd = scrollY > 0 && innerHeight + scrollY >= document.body.scrollHeight - 2;
    if (isEnd) at = links.length - 1;
    links.forEach((link, i) => {
      if (i === at) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    });
  };
  const ask = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(mark);
  };
  document.addEventListener("scroll", ask, { passive: true });
  addEventListener("resize", ask);
  mark();
}
