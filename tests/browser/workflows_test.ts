// The reports of real workflows, on every screen: nothing overlaps, overflows or is unreadable, nothing is refused or asked
// for, and axe-core finds nothing grave.

import { assert } from "@std/assert";
import { screenFaults } from "#tests/support/page_check.ts";
import { browserTest } from "#tests/support/with_browser.ts";
import { workflowReports } from "#tests/support/workflow_reports.ts";

for (const workflow of ["attractors", "dsa_tutorial", "pdm"]) {
  browserTest(`the report of ${workflow} fits every screen`, async (browser) => {
    const url = await (await workflowReports()).report(workflow);
    const faults = await screenFaults(browser, url);
    assert(faults.length === 0, faults.join("\n"));
  });
}
