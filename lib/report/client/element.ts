// Elements with attributes and text, made without markup: what they show cannot be anything but text.

/// <reference lib="dom" />

import { printable } from "../format.ts";

/** An element with attributes and children; strings become text in which nothing turns the reading direction. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children.map((child) => typeof child === "string" ? printable(child) : child));
  return made;
}

/** A real button. */
export function button(text: string, act: () => void, name?: string): HTMLButtonElement {
  const made = element("button", { type: "button" }, text);
  if (name !== undefined) made.setAttribute("aria-label", name);
  made.addEventListener("click", act);
  return made;
}
