// An artifact for people: its kind, the shape of its arrays, the head of its table.

import { dim } from "@std/fmt/colors";
import { type Files, readJson } from "../core/artifact.ts";
import { table as tableType } from "../core/artifacts/table.ts";
import type { StoredArtifact } from "../core/manifest.ts";
import { decodeNpy } from "../core/npy.ts";
import type { Cell, Table } from "../core/table.ts";
import { describeShape } from "../core/tensor.ts";
import { fit, formatBytes, printable } from "../report/format.ts";
import { wrap } from "./wrap.ts";

/** Text of one output, indented by two. */
export function describeArtifact(
  name: string,
  artifact: StoredArtifact,
  files: Files,
  size: { readonly columns: number; readonly rows: number },
): string {
  const bytes = Object.values(artifact.files).reduce((sum, file) => sum + file.size, 0);
  const head = `  ${name}: ${artifact.kind}, ${formatBytes(bytes)}  ${
    dim(artifact.digest.slice(0, 19))
  }\n`;
  if (artifact.kind === "table") return head + tableText(tableType.decode(files), size);
  return head +
    Object.keys(files).map((file) => `    ${describeFile(files, file, size.columns)}\n`).join("");
}

function describeFile(files: Files, file: string, columns: number): string {
  if (file.endsWith(".npy")) {
    const { dtype, shape } = decodeNpy(files[file]);
    const sidecar = readJson(files, file.replace(/npy$/, "json")) as { dims?: string[] };
    return `${file}  ${dtype}  ${describeShape(sidecar.dims ?? [], shape)}`;
  }
  if (
    file.endsWith(".json") && !(file.replace(/json$/, "npy") in files) && files[file].length < 4000
  ) {
    return fit(printable(`${file}  ${JSON.stringify(readJson(files, file))}`), columns - 5);
  }
  return `${file}  ${formatBytes(files[file].length)}`;
}

/**
 * The head of a table in aligned columns; columns that do not fit the width are named below.
 *
 * @example
 * ```ts
 * import { tableText } from "#lib/cli/describe_artifact.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertStringIncludes } from "@std/assert";
 * assertStringIncludes(tableText(tableOf([{ a: 1.23456789 }]), { columns: 80, rows: 5 }), "1.235");
 * ```
 */
export function tableText(
  table: Table,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): string {
  const shown = table.rows.slice(0, rows);
  const texts = table.columns.map((column, i) => {
    const cells = [column.name, ...shown.map((row) => cellText(row[i]))].map((text) =>
      fit(printable(text), 36)
    );
    const width = Math.max(...cells.map((text) => [...text].length));
    return cells.map((text) =>
      column.type === "number" ? text.padStart(width) : text.padEnd(width)
    );
  });
  let used = 4;
  let fitting = 0;
  while (fitting < texts.length && used + texts[fitting][0].length + 2 <= columns) {
    used += texts[fitting++][0].length + 2;
  }
  fitting = Math.max(1, fitting);
  const lines = Array.from(
    { length: shown.length + 1 },
    (_, row) => `    ${texts.slice(0, fitting).map((cells) => cells[row]).join("  ")}`.trimEnd(),
  );
  lines[0] = dim(lines[0]);
  if (table.rows.length > rows) lines.push(dim(`    … ${table.rows.length - rows} more rows`));
  const hidden = table.columns.slice(fitting).map(({ name }) => name);
  if (hidden.length > 0) {
    lines.push(
      ...wrap(`not shown: ${hidden.join(", ")}`, columns - 4).map((line) => dim(`    ${line}`)),
    );
  }
  return lines.join("\n") + "\n";
}

function cellText(cell: Cell): string {
  if (cell === null) return "n/a";
  return typeof cell === "number" && !Number.isInteger(cell)
    ? String(Number(cell.toPrecision(4)))
    : String(cell);
}
