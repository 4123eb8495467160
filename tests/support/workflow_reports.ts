// The reports of real runs: smoke profiles of some workflows, run once for a test file in a copy of the project, with the
// rights that the command line has. Leaves out what is looked at.

import { assertEquals } from "@std/assert";
import { join, toFileUrl } from "@std/path";
import { copyProject, type Project } from "./project.ts";

/** Reports, and the project that they were made in. */
export interface WorkflowReports {
  readonly project: Project;
  /** The address of a workflow's latest report; runs it first if no other test did. */
  report(workflow: string): Promise<URL>;
}

let shared: Promise<WorkflowReports> | undefined;

/** The reports of this test file. */
export function workflowReports(): Promise<WorkflowReports> {
  return shared ??= make();
}

Deno.test.afterAll(async () => {
  await (await shared?.catch(() => undefined))?.project[Symbol.asyncDispose]();
});

async function make(): Promise<WorkflowReports> {
  const project = await copyProject();
  const known = new Map<string, Promise<URL>>();
  const run = async (workflow: string) => {
    const { code, stdout, stderr } = await project.basin("run", [
      `workflows/${workflow}.yaml`,
      "--profile",
      "smoke",
    ]);
    assertEquals(code, 0, stdout + stderr);
    return reportOf(project, workflow);
  };
  return {
    project,
    report(workflow) {
      if (!known.has(workflow)) known.set(workflow, run(workflow));
      return known.get(workflow)!;
    },
  };
}

/** The report of a workflow's latest run. */
export async function reportOf({ folder }: Project, workflow: string): Promise<URL> {
  const runs = join(folder, "results/runs", workflow);
  const latest = (await Deno.readTextFile(join(runs, "latest"))).trim();
  return toFileUrl(join(runs, latest, "report.html"));
}
