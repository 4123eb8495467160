// Fields of the page with their names, and copying.

/// <reference lib="dom" />

import { element } from "./element.ts";

/** Copies a text; says whether it could. */
export async function copyText(document: Document, text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not allowed here: the older way.
    const area = element("textarea", { "aria-hidden": "true", class: "off-screen" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** A field with its name before it. */
export function labelled(text: string, field: HTMLElement): HTMLElement {
  const label = element("label", { class: "field" });
  label.append(element("span", {}, text), field);
  return label;
}

/** A box to be ticked, with its text. */
export function checkbox(
  id: string,
  checked: boolean,
  text: string,
): { readonly label: HTMLElement; readonly input: HTMLInputElement } {
  const input = element("input", { type: "checkbox", id });
  input.checked = checked;
  const label = element("label", { class: "box" });
  label.append(input, element("span", {}, text));
  return { label, input };
}
