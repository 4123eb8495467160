// Versions that enter provenance, and Deno's minor version, which enters the key.

import config from "../../deno.json" with { type: "json" };

/** Version of Basin. */
export const basinVersion: string = config.version;

/** Deno's full version, for provenance. */
export const denoVersion: string = Deno.version.deno;

/** Deno's major.minor, for the key. */
export const denoMinor: string = denoVersion.split(".").slice(0, 2).join(".");
