// Columns of tables of verdicts.

/** What the claims task writes of itself; other columns say which setting a row is about. */
export const claimColumns: ReadonlySet<string> = new Set([
  "id",
  "statement",
  "published",
  "quantity",
  "test",
  "number",
  "low",
  "high",
  "unit",
  "effect",
  "floor",
  "n",
  "num_rows",
  "verdict",
  "reason",
]);
