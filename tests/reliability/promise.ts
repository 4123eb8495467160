// What trials assert, with messages that stay short however much is wrong.

/** Throws unless a list of broken things is empty; shows the first few of them. */
export function none(broken: Iterable<unknown>, what: string): void {
  const all = [...broken];
  if (all.length === 0) return;
  const shown = all.slice(0, 5).map((one) =>
    `  ${typeof one === "string" ? one : JSON.stringify(one)}`.slice(0, 1600)
  );
  const more = all.length > shown.length ? [`  and ${all.length - shown.length} more`] : [];
  throw new Error([`${all.length} ${what}`, ...shown, ...more].join("\n"));
}

/** Throws unless two values are written alike. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value) ?? String(value));
  if (a !== b) throw new Error(`${what}\n  found    ${cut(a)}\n  expected ${cut(b)}`);
}

/** Throws unless a condition holds. */
export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

function cut(text: string): string {
  return text.length <= 2000 ? text : `${text.slice(0, 2000)} …`;
}
