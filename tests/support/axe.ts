// What axe-core says of a page: roles, names, contrast, order of headings. Needs the page's scripts to run.

import axe from "axe-core/axe.min.js" with { type: "text" };
import type { Page } from "./browser_page.ts";

/** A rule that a page breaks. */
export interface Violation {
  readonly rule: string;
  readonly impact: "minor" | "moderate" | "serious" | "critical";
  readonly help: string;
  /** Where, at most five times: selector and what is missing. */
  readonly nodes: readonly string[];
}

/** Everything that axe-core objects to in a page as it shows now; or what some of its rules object to. */
export async function violations(
  page: Page,
  rules?: readonly string[],
): Promise<readonly Violation[]> {
  if (!await page.call(() => "axe" in globalThis)) await page.inject(axe);
  return await page.call(
    async (rules) => {
      // deno-lint-ignore no-explicit-any
      const { violations } = await (globalThis as any).axe.run(document, {
        resultTypes: ["violations"],
        preload: false,
        ...(rules && { runOnly: rules }),
      });
      // deno-lint-ignore no-explicit-any
      return violations.map(({ id, impact, help, nodes }: any) => ({
        rule: id,
        impact,
        help,
        // deno-lint-ignore no-explicit-any
        nodes: nodes.slice(0, 5).map((node: any) =>
          `${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ").slice(0, 200)}`
        ),
      }));
    },
    rules ?? null,
  );
}
