// The button for light and dark. Until it is pressed the page looks as the system does.

/// <reference lib="dom" />

import type { Page } from "./page.ts";

const name = "basin-theme";

/** Switches between light and dark; remembered for this tab where that is allowed. */
export function setupTheme({ document }: Page): void {
  const button = document.querySelector<HTMLButtonElement>("button.theme");
  if (button === null) return;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const isDark = () =>
    root.dataset.theme === undefined ? system.matches : root.dataset.theme === "dark";
  const show = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", isDark() ? "Show the page light" : "Show the page dark");
    // Whoever draws on a canvas does it again.
    document.dispatchEvent(new Event("basin-theme"));
  };
  const known = remembered();
  if (known === "light" || known === "dark") root.dataset.theme = known;
  button.removeAttribute("aria-pressed");
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      sessionStorage.setItem(name, root.dataset.theme);
    } catch {
      // Not remembered, then.
    }
    show();
  });
  system.addEventListener("change", show);
  show();
}

function remembered(): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}
