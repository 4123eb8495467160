// Buttons that copy: commands of the page, and text that others give.

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { Page } from "./page.ts";

/** Buttons beside commands copy them. */
export function setupCopy({ document }: Page): void {
  for (const one of document.querySelectorAll<HTMLButtonElement>("button.copy")) {
    one.addEventListener("click", () => {
      const text = one.parentElement?.querySelector("code")?.textContent ?? "";
      copyFrom(one, text);
    });
  }
}

/** Copies text and says on the button whether that worked. */
export async function copyFrom(one: HTMLButtonElement, text: string): Promise<void> {
  const before = one.dataset.word ?? one.textContent ?? "";
  one.dataset.word = before;
  one.textContent = await copied(text) ? "Copied" : "Not allowed here";
  one.setAttribute("aria-live", "polite");
  setTimeout(() => one.textContent = before, 2000);
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Older browsers, and pages that may not: by way of a selection. In a dialog all else is out of reach.
    const area = document.createElement("textarea");
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    try {
      return document.execCommand("copy");
    } finally {
      area.remove();
    }
  }
}
