// Networks: the model, its settings and its parameters, so complete that nothing else is needed to run one. A file of
// weights alone could be loaded into another cell; this cannot.

import { type ArtifactType, jsonBytes, readJson, readTensor, tensorFiles } from "../artifact.ts";
import type { NetworkSizes } from "../network_model.ts";
import { requireDims, type Tensor } from "../tensor.ts";

/** A recurrent network or scan model with its parameters. */
export interface Network {
  /** Name of the model in `lib/models/networks`. */
  readonly model: string;
  /** The model's own settings, checked and with defaults. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sizes: NetworkSizes;
  readonly dtMs: number;
  /** By name, in the model's order; dims as the model says, target first. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** Rules in the order of the one-hot rule input, channels, outputs, seed, epoch … */
  readonly about: Readonly<Record<string, unknown>>;
}

/**
 * Artifact type of {@link Network}: `network.json` and one `<parameter>.npy` with sidecar for each parameter.
 *
 * @example
 * ```ts
 * import { network } from "#lib/core/artifacts/network.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const value = {
 *   model: "leaky_rnn", settings: { activation: "tanh" }, sizes: { inputs: 1, units: 1, outputs: 1 }, dtMs: 20,
 *   parameters: { W_rec: tensor(["unit", "source"], [1, 1], Float32Array.of(0.5)) },
 *   about: {},
 * };
 * assertEquals(network.decode(network.encode(value)), value);
 * ```
 */
export const network: ArtifactType<Network> = {
  kind: "network",
  encode({ model, settings, sizes, dtMs, parameters, about }) {
    const order = Object.keys(parameters).map((name) => ({
      name,
      dims: parameters[name].dims,
    }));
    const files: Record<string, Uint8Array> = {
      "network.json": jsonBytes({ model, settings, sizes, dt_ms: dtMs, parameters: order, about }),
    };
    for (const { name } of order) Object.assign(files, tensorFiles(name, parameters[name]));
    return files;
  },
  decode(files) {
    const read = readJson(files, "network.json") as {
      readonly model: string;
      readonly settings: Record<string, unknown>;
      readonly sizes: NetworkSizes;
      readonly dt_ms: number;
      readonly parameters: readonly { readonly name: string; readonly dims: readonly string[] }[];
      readonly about: Record<string, unknown>;
    };
    return {
      model: read.model,
      settings: read.settings,
      sizes: read.sizes,
      dtMs: read.dt_ms,
      parameters: Object.fromEntries(read.parameters.map(({ name, dims }) => {
        const { tensor } = readTensor(files, name);
        requireDims(tensor, dims, `${name} of a network`);
        return [name, tensor];
      })),
      about: read.about,
    };
  },
};
