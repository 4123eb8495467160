// The closing screen's facts: verdicts beside those of the run before, and the figure to look at.

import { assertEquals } from "@std/assert";
import { table as tableType } from "#lib/core/artifacts/table.ts";
import { DiskError } from "#lib/core/disk.ts";
import { tableOf } from "#lib/core/table.ts";
import { closingVerdictsOf, firstLook } from "#lib/cli/closing.ts";
import { foldEvents } from "#lib/report/record.ts";

const claims = (verdict: string) => tableOf([{ id: "A1", preset: "x", number: 1, verdict }]);

function diskWith(files: Readonly<Record<string, Uint8Array>>) {
  return {
    read: (path: string) =>
      path in files
        ? Promise.resolve(files[path])
        : Promise.reject(new DiskError("read", path, "ENOENT")),
  };
}

Deno.test("closingVerdictsOf() marks what the run before had judged otherwise", async () => {
  const files = tableType.encode(claims("undecidable"));
  const disk = diskWith({
    "runs/w/r1/tables/claims.tsv": files["table.tsv"],
    "runs/w/r1/tables/claims.json": files["table.json"],
    "runs/w/r1/tables/broken.tsv": files["table.tsv"],
    "runs/w/r1/tables/broken.json": Uint8Array.of(123),
  });
  const before = async (file: string | undefined, previous: string | undefined) => {
    const table = {
      stage: "claims",
      table: claims("holds"),
      ...(file === undefined ? {} : { file }),
    };
    const [[found]] = await closingVerdictsOf(disk, "runs/w", [table], previous);
    assertEquals(found.verdict, "holds");
    return found.before;
  };
  assertEquals(await before("tables/claims.tsv", "r1"), "undecidable");
  assertEquals(await before("tables/claims.tsv", undefined), undefined);
  assertEquals(await before("tables/claims.tsv", "r0"), undefined);
  assertEquals(await before("tables/broken.tsv", "r1"), undefined);
  assertEquals(await before(undefined, "r1"), undefined);
});

Deno.test("firstLook() is the first figure that was drawn in this run", () => {
  const figures = ["fig_a", "fig_b", "fig_c"].map((stage) => ({ stage, svg: "", caption: "" }));
  const ended = (stage: string, how: "ran" | "hit") =>
    ({
      type: "stage-finished",
      at: 0,
      stage,
      how,
      key: "k" as never,
      seconds: 1,
      outputs: {},
    }) as const;
  const record = foldEvents([
    ended("fig_c", "ran"),
    ended("fig_a", "hit"),
    ended("fig_b", "ran"),
    ended("x", "ran"),
  ]);
  assertEquals(firstLook(record, figures)?.stage, "fig_b");
  assertEquals(firstLook(foldEvents([ended("fig_a", "hit")]), figures), undefined);
});
