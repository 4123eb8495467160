// Opens a device on an adapter: the limits that kernels need, and the two handlers that must be there before anything
// else happens on it. Leaves out what is done on it (webgpu_engine.ts).

/** A device, and what it said that nobody asked for. */
export interface OpenDevice {
  readonly device: GPUDevice;
  /** Errors that no error scope took, oldest first. */
  readonly uncaptured: string[];
  /** Why the device went away, once it has. */
  readonly lost: { reason?: string };
  /** Resolves when the device goes away. */
  readonly gone: Promise<"gone">;
}

/** Bytes of the largest buffer that is asked for where adapters would give more. */
const mostBytes = 2 ** 32;

/** Limits that are asked for, and no more than what is listed: some adapters give less when asked for much. */
const wanted: Readonly<Record<string, number>> = {
  maxStorageBufferBindingSize: mostBytes,
  maxBufferSize: mostBytes,
  maxComputeWorkgroupStorageSize: 32 * 1024,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 1024,
  maxComputeWorkgroupSizeY: 1024,
};

/**
 * A device with the adapter's limits, as far as kernels need them.
 *
 * @example
 * ```ts
 * import { requiredLimits } from "#gpu/runtime/device.ts";
 * import { assertEquals } from "@std/assert";
 * const limits = requiredLimits({ maxBufferSize: 2 ** 31 - 1, maxComputeWorkgroupStorageSize: 65536 });
 * assertEquals(limits, { maxBufferSize: 2 ** 31 - 1, maxComputeWorkgroupStorageSize: 32768 });
 * ```
 */
export function requiredLimits(limits: object): Record<string, number> {
  const has = limits as Readonly<Record<string, number | undefined>>;
  const required: Record<string, number> = {};
  for (const [name, most] of Object.entries(wanted)) {
    if (has[name] !== undefined) required[name] = Math.min(has[name], most);
  }
  return required;
}

/**
 * Opens a device.
 *
 * @throws {Error} what the driver says, if it gives none.
 *
 * @example
 * ```ts ignore
 * const { device, lost } = await openDevice(adapter);
 * ```
 */
export async function openDevice(adapter: GPUAdapter): Promise<OpenDevice> {
  const device = await adapter.requestDevice({
    label: "basin",
    requiredLimits: requiredLimits(adapter.limits),
  });
  const uncaptured: string[] = [];
  const lost: OpenDevice["lost"] = {};
  const gone = device.lost.then(({ reason, message }) => {
    lost.reason = message ? `${reason}: ${message}` : String(reason);
    return "gone" as const;
  });
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    const { error } = event as GPUUncapturedErrorEvent;
    uncaptured.push(`${error.constructor.name}: ${error.message.trim()}`);
  });
  return { device, uncaptured, lost, gone };
}
