// How a command failed, from how it ended and what it printed last.

import type { Grant, StageFailure } from "../core/executor.ts";

/** How a command ended. */
export interface CommandEnd {
  readonly code: number;
  readonly signal: string | null;
  /** The last part of what it printed. */
  readonly tail: string;
  readonly grant: Grant;
}

/** Lines of the log that a message shows. */
const shownLines = 10;

/** Words of CUDA, HIP, Vulkan and WebGPU for a device that is there no more, as opposed to an error of the program. */
const lost: readonly RegExp[] = [
  /\bGPU is lost\b/i,
  /\bfallen off the bus\b/i,
  /\bdevice (was |is |has been |got )?lost\b/i,
  /\blost (the )?(GPU|CUDA|WebGPU) device\b/i,
  /cudaErrorDevicesUnavailable|CUDA_ERROR_DEVICE_UNAVAILABLE/,
  /CUDA-capable device\(s\) is\/are busy or unavailable/,
  /uncorrectable ECC error|cudaErrorECCUncorrectable|CUDA_ERROR_ECC_UNCORRECTABLE/,
  /CUDA_ERROR_SYSTEM_NOT_READY|cudaErrorSystemNotReady|system not yet initialized/,
  /hipErrorECCNotCorrectable|\bHW Exception by GPU node\b|\bGPU Hang\b/i,
  /VK_ERROR_DEVICE_LOST|DXGI_ERROR_DEVICE_(REMOVED|HUNG|RESET)|GPUDeviceLost/,
];

/** Words for no device at all: lost if one was granted, else none was asked for. */
const absent: readonly RegExp[] = [
  /no CUDA-capable device is detected|cudaErrorNoDevice|CUDA_ERROR_NO_DEVICE/,
  /No CUDA GPUs are available|no ROCm-capable device is detected|hipErrorNoDevice/,
];

/**
 * The failure of a command that ended with a code other than 0 or by a signal.
 *
 * @example
 * ```ts
 * import { commandFailure } from "#lib/executors/command_failure.ts";
 * import { assertEquals } from "@std/assert";
 * const end = { code: 1, signal: null, tail: "CUDA error: GPU is lost\n", grant: { cpu: 1, slots: {} } };
 * assertEquals(commandFailure(end).reason, "device-lost");
 * ```
 */
export function commandFailure({ code, signal, tail, grant }: CommandEnd): StageFailure {
  const printed = lastLines(tail);
  const hasGpu = (grant.slots.gpu?.length ?? 0) > 0;
  const isAbsent = absent.some((words) => words.test(tail));
  if (lost.some((words) => words.test(tail)) || (hasGpu && isAbsent)) {
    const ended = signal === null ? `code ${code}` : `signal ${signal}`;
    return { reason: "device-lost", message: `the GPU was lost (${ended})${printed}` };
  }
  if (signal !== null) {
    const hint = signal === "SIGKILL" ? outOfMemoryHint : "";
    return { reason: "killed", signal, message: `ended by the signal ${signal}${hint}${printed}` };
  }
  return { reason: "exited", code, message: `exited with code ${code}${meaning()}${printed}` };

  function meaning(): string {
    if (isAbsent) return " (it saw no GPU; ask for one with `resources: { gpu: 1 }`)";
    if (code === 126) return " (the program may not be run)";
    if (code === 127) return " (there is no such program)";
    if (code === 137) return ` (a program that it started was ended by SIGKILL)${outOfMemoryHint}`;
    return code > 128 && code <= 160 ? ` (128 + signal ${code - 128})` : "";
  }
}

const outOfMemoryHint = ", as the system does when memory runs out";

/** As one block below a sentence. */
function lastLines(tail: string): string {
  const lines = cleaned(tail).split("\n").map((line) => line.trimEnd()).filter((line) =>
    line !== ""
  );
  if (lines.length === 0) return "; it printed nothing";
  return "; the last lines it printed:\n" +
    lines.slice(-shownLines).map((line) => `  ${line.slice(0, 500)}`).join("\n");
}

/** Without escapes of terminals, and progress bars as they stood last. */
function cleaned(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007]*\u0007/g, "")
    .replace(/[^\n]*\r(?=[^\n])/g, "")
    // deno-lint-ignore no-control-regex
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}
