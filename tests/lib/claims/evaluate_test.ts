// Claims on tables that lack what they are about.

import { assertEquals } from "@std/assert";
import { claimParams, sharedParams } from "#lib/claims/claim.ts";
import { evaluateClaims } from "#lib/claims/evaluate.ts";
import { recordsOf, tableOf } from "#lib/core/table.ts";
Deno.test("evaluateClaims() calls a comparison untested of which one side was not measured", () => {
  const table = tableOf([1, 2, 3, 4].map((seed) => ({ pool: "full", seed, value: 0.1 * seed })));
  const claim = claimParams.parse({
    id: "A",
    statement: "Farther.",
    quantity: { difference: { of: { pool: "partial" }, minus: { pool: "full" } } },
    test: { above: 0 },
  });
  const [found] = recordsOf(evaluateClaims([claim], sharedParams.parse({}), table));
  assertEquals(
    [found.verdict, found.reason, found.number],
    ["not tested here", "there are no rows with pool partial", null],
  );
});
