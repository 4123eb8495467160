// The environment of a run and how to make it again: the command, the code, the engine, the machine, the packages, the
// workflow as resolved.

import { commandHtml } from "../command_html.ts";
import type { ReportContent, Section } from "../content.ts";
import type { EngineFacts, Environment, GitState, MachineFacts } from "../../core/environment.ts";
import { escapeHtml } from "../escape_html.ts";
import { formatBytes, grouped, plural } from "../format.ts";
import { timeHtml } from "../page_top.ts";

/** Bounds of what is shown; files beside the page have all. */
const most = { resolved: 200_000, changed: 50, packages: 400 };

/**
 * How to reproduce a run.
 *
 * @example
 * ```ts
 * import { reproduceSection } from "#lib/report/sections/reproduce.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const section = reproduceSection(reportContent({ command: "deno task run x.yaml" }));
 * assertStringIncludes(section!.html, "<code>deno task run x.yaml</code>");
 * ```
 */
export function reproduceSection(content: ReportContent): Section | null {
  const { record, command, resolved, environment } = content;
  const facts: [name: string, html: string][] = [];
  if (environment?.git !== undefined) facts.push(["Code", codeHtml(environment.git)]);
  facts.push(["Basin", escapeHtml(environment?.basin ?? record.basin)]);
  facts.push(["Deno", denoHtml(environment, record.deno)]);
  const engine = environment?.engine;
  if (engine !== undefined) facts.push(["Engine", engineHtml(engine)]);
  else if (record.engine !== undefined) facts.push(["Engine", escapeHtml(record.engine)]);
  if (environment !== undefined) facts.push(["Machine", machineHtml(environment.machine)]);
  if (environment?.profile !== undefined) facts.push(["Profile", escapeHtml(environment.profile)]);
  if (environment !== undefined && environment.overrides.length > 0) {
    facts.push([
      "Set by hand",
      environment.overrides.map((one) => `<code>${escapeHtml(one)}</code>`).join(" "),
    ]);
  }
  const jobs = environment?.jobs ?? record.jobs;
  if (jobs > 0) facts.push(["Workers", String(jobs)]);
  if (record.started_at !== "") facts.push(["Started", timeHtml(record.started_at)]);
  if (environment?.lock !== undefined) {
    facts.push(["Lock file", `<code>${escapeHtml(environment.lock)}</code>`]);
  }
  return {
    id: "reproduce",
    title: "Environment and how to reproduce",
    html: `${
      command === ""
        ? ""
        : `<p>From the project’s folder; what is in the store is not computed again:</p>\n${
          commandHtml(command)
        }`
    }
<dl class="environment">${
      facts.map(([name, html]) => `<div><dt>${name}</dt><dd>${html}</dd></div>`).join("\n")
    }</dl>
${environment === undefined ? "" : packagesHtml(environment)}
${resolvedHtml(resolved)}`,
  };
}

function codeHtml(
  { commit, branch, dirty, dirtyDigest, numChanged, changed, unseen }: GitState,
): string {
  const where = commit === undefined
    ? "no commit yet"
    : `commit <code>${escapeHtml(commit)}</code>`;
  const on = branch === undefined ? "" : ` on <bdi>${escapeHtml(branch)}</bdi>`;
  const state = dirty === null
    ? "; whether files differ from it was not found out"
    : dirty
    ? `; ${plural(numChanged, "file")} ${numChanged === 1 ? "differs" : "differ"} from it`
    : ", nothing changed since";
  const files = changed.slice(0, most.changed).map(({ path, how }) =>
    `<li><code>${escapeHtml(path)}</code> <small>${escapeHtml(how)}</small></li>`
  );
  const more = numChanged - files.length;
  const list = files.length === 0
    ? ""
    : `<details><summary>What differs</summary><ul>${files.join("")}${
      more > 0 ? `<li>and ${grouped(more)} more</li>` : ""
    }</ul>${
      dirtyDigest === undefined
        ? ""
        : `<p>Digest of the changes: <code>${escapeHtml(dirtyDigest)}</code></p>`
    }</details>`;
  return `${where}${on}${state}${
    unseen === undefined ? "" : ` <small>${escapeHtml(unseen)}</small>`
  }${list}`;
}

function denoHtml(environment: Environment | undefined, deno: string): string {
  if (environment === undefined) return escapeHtml(deno);
  return escapeHtml(
    `${environment.deno}, V8 ${environment.v8}, TypeScript ${environment.typescript}`,
  );
}

function engineHtml(engine: EngineFacts): string {
  const about = [
    engine.adapter,
    engine.vendor,
    engine.driver,
    engine.backend,
    engine.software === true ? "on the processor" : undefined,
  ].filter((part) => part !== undefined && part !== "");
  const chosen = engine.policy === "asked" ? "asked for" : "chosen by Basin";
  return escapeHtml(
    `${engine.numerics}, ${chosen}${about.length === 0 ? "" : ` (${about.join(", ")})`}`,
  );
}

function machineHtml({ os, system, arch, processor, cpus, memory }: MachineFacts): string {
  return escapeHtml(
    [
      system ?? os,
      arch,
      processor,
      plural(cpus, "core"),
      memory === undefined ? undefined : `${formatBytes(memory)} of memory`,
    ].filter((part) => part !== undefined && part !== "").join(", "),
  );
}

function packagesHtml({ packages }: Environment): string {
  if (packages.length === 0) return "";
  const items = packages.slice(0, most.packages).map(({ name, version, direct }) =>
    `<li>${direct === true ? `<strong>${escapeHtml(name)}</strong>` : escapeHtml(name)} ${
      escapeHtml(version)
    }</li>`
  );
  const more = packages.length - items.length;
  return `<details class="reference"><summary>${
    plural(packages.length, "package")
  }</summary><ul class="packages">${items.join("")}${
    more > 0 ? `<li>and ${more} more</li>` : ""
  }</ul></details>`;
}

function resolvedHtml(resolved: string): string {
  if (resolved === "") return "";
  return `<details class="reference"><summary>The workflow as resolved</summary><pre tabindex="0" role="region" aria-label="The workflow as resolved">${
    escapeHtml(resolved.slice(0, most.resolved))
  }</pre>${
    resolved.length > most.resolved
      ? "<p><small>cut here; the whole text is in config.resolved.yaml</small></p>"
      : ""
  }</details><p class="paper">The workflow as resolved stands in config.resolved.yaml, the packages in run.json.</p>`;
}
