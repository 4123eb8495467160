// Makes kernels ready for a device and keeps them: one pipeline for each processed shader and its override constants.
// Leaves out running them (webgpu_session.ts).

import { EngineError } from "#lib/core/engine.ts";
import type { Kernel } from "#lib/core/kernel.ts";
import { preprocess, type ProcessedShader } from "./preprocess.ts";
import { reflect, type Reflection } from "./reflect.ts";
import { shaderError } from "./shader_error.ts";

/** A kernel on a device. */
export interface Prepared {
  readonly id: number;
  readonly name: string;
  readonly reflection: Reflection;
  /** Names of what a dispatch gives. */
  readonly has: { readonly buffers: readonly string[]; readonly uniforms: readonly string[] };
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroupLayout;
  readonly overrides: Readonly<Record<string, number>>;
  /** What is wrong with it, once the device has said so. */
  problem?: string;
}

/** The pipelines of a device. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #kind: "gpu" | "software";
  readonly #report: (check: Promise<string | undefined>) => void;
  /** By kernel and by text: kernels that are defined anew for each use still share. */
  readonly #byKernel = new WeakMap<Kernel, Prepared>();
  readonly #byText = new Map<string, Prepared>();

  /** @param report takes checks that go on; each resolves to what is wrong. */
  constructor(
    device: GPUDevice,
    kind: "gpu" | "software",
    report: (check: Promise<string | undefined>) => void,
  ) {
    this.#device = device;
    this.#kind = kind;
    this.#report = report;
  }

  /** How many pipelines were made. */
  get made(): number {
    return this.#byText.size;
  }

  /**
   * The pipeline of a kernel.
   *
   * @throws {EngineError} if its shader cannot be put together, breaks a rule, or was refused before.
   */
  of(kernel: Kernel): Prepared {
    let prepared = this.#byKernel.get(kernel);
    if (prepared === undefined) {
      const shader = preprocess(kernel);
      const overrides = kernel.overrides(this.#kind);
      const text = `${JSON.stringify(Object.entries(overrides).sort())}\n${shader.code}`;
      prepared = this.#byText.get(text) ?? this.#make(shader, overrides);
      this.#byText.set(text, prepared);
      this.#byKernel.set(kernel, prepared);
    }
    if (prepared.problem !== undefined) throw new EngineError(prepared.problem);
    return prepared;
  }

  #make(shader: ProcessedShader, overrides: Readonly<Record<string, number>>): Prepared {
    const device = this.#device;
    const reflection = reflect(shader);
    const constants = constantsOf(shader, reflection, overrides);
    checkWorkgroup(shader, reflection, overrides, device.limits);
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ label: shader.name, code: shader.code });
    const bindings = device.createBindGroupLayout({
      label: shader.name,
      entries: layoutEntries(reflection),
    });
    const pipeline = device.createComputePipeline({
      label: shader.name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [bindings] }),
      compute: { module, entryPoint: reflection.entryPoint, constants },
    });
    const refused = device.popErrorScope();
    const name = shader.name;
    const has = {
      buffers: reflection.buffers.map(({ name }) => name),
      uniforms: reflection.uniforms?.slots.map(({ name }) => name) ?? [],
    };
    const prepared: Prepared = {
      id: nextId++,
      name,
      reflection,
      has,
      pipeline,
      bindings,
      overrides,
    };
    const check = async () => {
      const error = await refused;
      if (error === null) return undefined;
      const { messages } = await module.getCompilationInfo();
      const wrong = messages.find(({ type }) => type === "error");
      prepared.problem = wrong === undefined
        ? `the kernel ${name} was refused: ${error.message.trim()}`
        : shaderError(shader, wrong);
      return prepared.problem;
    };
    this.#report(check());
    return prepared;
  }
}

let nextId = 1;

function layoutEntries({ buffers, uniforms }: Reflection): GPUBindGroupLayoutEntry[] {
  const visibility = GPUShaderStage.COMPUTE;
  const entries: GPUBindGroupLayoutEntry[] = buffers.map(({ binding, access, minBytes }) => ({
    binding,
    visibility,
    buffer: {
      type: access === "read" ? "read-only-storage" : "storage",
      minBindingSize: minBytes,
    },
  }));
  if (uniforms !== undefined) {
    const buffer = {
      type: "uniform",
      hasDynamicOffset: true,
      minBindingSize: uniforms.bytes,
    } as const;
    entries.push({ binding: uniforms.binding, visibility, buffer });
  }
  return entries;
}

/** Values by the names that WebGPU uses. */
function constantsOf(
  { name }: ProcessedShader,
  { overrides }: Reflection,
  values: Readonly<Record<string, number>>,
): Record<string, number> {
  for (const given of Object.keys(values)) {
    if (!overrides.some((each) => each.name === given)) {
      throw new EngineError(
        `the kernel ${name} sets \`${given}\`, which its shader does not declare`,
      );
    }
  }
  const missing = overrides.find((each) => each.required && !Object.hasOwn(values, each.name));
  if (missing !== undefined) {
    throw new EngineError(`the kernel ${name} gives no value to its override \`${missing.name}\``);
  }
  const constants: Record<string, number> = {};
  for (const { name, key } of overrides) {
    if (Object.hasOwn(values, name)) constants[key] = values[name];
  }
  return constants;
}

/** Not every driver refuses these itself: some lose the device. */
function checkWorkgroup(
  { name }: ProcessedShader,
  reflection: Reflection,
  overrides: Readonly<Record<string, number>>,
  limits: GPUSupportedLimits,
): void {
  const size = reflection.workgroupSize(overrides);
  const invocations = size.reduce((product, each) => product * each, 1);
  const mostInvocations = limits.maxComputeInvocationsPerWorkgroup;
  if (invocations > mostInvocations) {
    throw new EngineError(
      `the kernel ${name} has workgroups of ${size.join(" × ")} = ${invocations} threads; ` +
        `this device takes up to ${mostInvocations}`,
    );
  }
  const bytes = reflection.workgroupBytes(overrides);
  const mostBytes = limits.maxComputeWorkgroupStorageSize;
  if (bytes > mostBytes) {
    throw new EngineError(
      `the kernel ${name} uses ${bytes} bytes of workgroup memory; ` +
        `this device has ${mostBytes}`,
    );
  }
}
