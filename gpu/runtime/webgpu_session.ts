// Everything that lives and dies with one device: pools of buffers, pipelines, bind groups, the commands that were
// given and not yet submitted, and what the device found wrong. Commands are kept as data and encoded at a flush, so
// that a write can tell whether it must wait for them.
// Leaves out the interface that tasks see, and renewal after a loss (webgpu_engine.ts).

import { DeviceLostError, EngineError } from "#lib/core/engine.ts";
import type { FoundAdapter } from "./adapter.ts";
import { type OpenDevice, openDevice } from "./device.ts";
import { type Block, GpuPool, nextBlockId } from "./gpu_pool.ts";
import { Pipelines, type Prepared } from "./pipelines.ts";
import { writeUniforms } from "./uniforms.ts";

/** A part of a buffer that a kernel sees: from its start on. */
export interface Bound {
  readonly block: Block;
  readonly bytes: number;
}

/** Dispatches in one submit. Each must stay well under a second (gpu/README.md), so that all of them do. */
const mostDispatches = 64;
/** Bytes of the uniform buffer: of each submit, not of each dispatch. */
const uniformBytes = 64 * 1024;
/** Bind groups that are kept. */
const mostBindGroups = 1024;
/** Bytes that wait to be written before they are sent on without a dispatch. */
const mostWaitingBytes = 2 ** 26;

type Command =
  | {
    readonly prepared: Prepared;
    readonly group: GPUBindGroup;
    readonly uniformsAt: number | undefined;
    readonly grid: readonly [number, number, number];
  }
  | { readonly clear: Block; readonly bytes: number }
  | { readonly from: Block; readonly at: number; readonly to: Block; readonly bytes: number };

/** What it counts, for `Engine.counts`. */
export interface SessionCounts {
  dispatches: number;
  submits: number;
  downloads: number;
  bytesUp: number;
  bytesDown: number;
}

/** One device at work. */
export class WebgpuSession {
  readonly device: GPUDevice;
  readonly adapter: FoundAdapter;
  readonly buffers: GpuPool;
  readonly pipelines: Pipelines;
  readonly #open: OpenDevice;
  readonly #counts: SessionCounts;
  readonly #staging: GpuPool;
  readonly #uniforms: GPUBuffer;
  readonly #uniformData = new ArrayBuffer(uniformBytes);
  readonly #uniformView = new DataView(this.#uniformData);
  readonly #uniformAlign: number;
  #uniformEnd = 0;
  readonly #adopted = new WeakMap<GPUBuffer, Block>();
  readonly #groups = new Map<string, GPUBindGroup>();
  readonly #groupsOfBlock = new Map<number, Set<string>>();
  #commands: Command[] = [];
  #numDispatches = 0;
  /** Buffers that waiting commands use. */
  readonly #touched = new Set<Block>();
  #waitingBytes = 0;
  readonly #checks = new Set<Promise<void>>();
  /** Refused shaders come before what follows from them. */
  readonly #problems: { readonly message: string; readonly cause: boolean }[] = [];
  #told = 0;
  /** Downloads that are told when the device goes away. */
  readonly #waiting = new Set<(error: Error) => void>();
  #disposed = false;
  /** How many bind groups were made. */
  numBindGroups = 0;

  /** Opens a device. */
  static async open(adapter: FoundAdapter, counts: SessionCounts): Promise<WebgpuSession> {
    return new WebgpuSession(adapter, await openDevice(adapter.adapter), counts);
  }

  private constructor(adapter: FoundAdapter, open: OpenDevice, counts: SessionCounts) {
    this.adapter = adapter;
    this.device = open.device;
    this.#open = open;
    this.#counts = counts;
    const { STORAGE, COPY_SRC, COPY_DST, MAP_READ, UNIFORM } = GPUBufferUsage;
    const largest = open.device.limits.maxBufferSize;
    this.buffers = new GpuPool(
      this.device,
      STORAGE | COPY_SRC | COPY_DST,
      largest,
      (block) => this.#forget(block),
    );
    this.#staging = new GpuPool(
      this.device,
      MAP_READ | COPY_DST,
      largest,
      (block) => this.#forget(block),
    );
    this.#uniforms = this.device.createBuffer({ size: uniformBytes, usage: UNIFORM | COPY_DST });
    this.#uniformAlign = this.device.limits.minUniformBufferOffsetAlignment;
    this.pipelines = new Pipelines(
      this.device,
      adapter.facts.device,
      (check) => this.#check(check, true),
    );
    void open.gone.then(() => {
      for (const tell of this.#waiting) tell(this.#lostError());
    });
  }

  /** @throws {DeviceLostError} if the device went away. */
  mustLive(): void {
    if (this.#disposed) throw new EngineError("the engine was disposed");
    if (this.lost) throw this.#lostError();
  }

  get lost(): boolean {
    return this.#open.lost.reason !== undefined;
  }

  /** A buffer of a library. Its number stays the same however often it is adopted. */
  adopt(gpu: GPUBuffer): Block {
    let block = this.#adopted.get(gpu);
    if (block === undefined) {
      block = { id: nextBlockId(), gpu, bytes: gpu.size };
      this.#adopted.set(gpu, block);
    }
    return block;
  }

  /** Takes a buffer back. One of a library stays its own, but nothing here may use it later. */
  give(block: Block): void {
    if (!this.buffers.give(block)) this.#forget(block);
  }

  /** Puts a dispatch in line. */
  dispatch(
    prepared: Prepared,
    bound: readonly Bound[],
    uniforms: Readonly<Record<string, number>>,
    grid: readonly [number, number, number],
  ): void {
    const { uniforms: binding } = prepared.reflection;
    let uniformsAt: number | undefined;
    if (binding !== undefined) {
      if (this.#uniformEnd + binding.bytes > uniformBytes) this.flush();
      uniformsAt = this.#uniformEnd;
      writeUniforms(this.#uniformView, uniformsAt, binding, uniforms, prepared.name);
    }
    if (grid.includes(0)) return;
    if (binding !== undefined && uniformsAt !== undefined) {
      this.#uniformEnd = Math.ceil((uniformsAt + binding.bytes) / this.#uniformAlign) *
        this.#uniformAlign;
    }
    const group = this.#group(prepared, bound);
    for (const { block } of bound) this.#touched.add(block);
    this.#commands.push({ prepared, group, uniformsAt, grid });
    this.#counts.dispatches++;
    if (++this.#numDispatches >= mostDispatches) this.flush();
  }

  /** Puts zeros in line. */
  clear(block: Block, bytes: number): void {
    this.#touched.add(block);
    this.#commands.push({ clear: block, bytes });
  }

  /** Writes after all that was given so far. */
  write(block: Block, at: number, data: ArrayBufferView<ArrayBuffer>): void {
    if (this.#touched.has(block)) this.flush();
    this.device.queue.writeBuffer(block.gpu, at, data);
    this.#waitingBytes += data.byteLength;
    if (this.#waitingBytes <= mostWaitingBytes) return;
    this.device.queue.submit([]);
    this.#waitingBytes = 0;
  }

  /** The bytes of a part of a buffer, once all that was given so far is done. */
  async read(block: Block, at: number, bytes: number): Promise<ArrayBuffer> {
    const { block: staging } = this.#staging.take(bytes);
    this.#touched.add(block);
    this.#commands.push({ from: block, at, to: staging, bytes });
    this.flush();
    this.#counts.downloads++;
    this.#counts.bytesDown += bytes;
    let copy: ArrayBuffer | undefined;
    await this.#done(async () => {
      await staging.gpu.mapAsync(GPUMapMode.READ, 0, bytes);
      // The range is gone after `unmap`.
      copy = staging.gpu.getMappedRange(0, bytes).slice(0);
      staging.gpu.unmap();
    });
    this.#staging.give(staging);
    return copy!;
  }

  /** Waits for all that was given so far. */
  async settle(): Promise<void> {
    this.flush();
    await this.#done(() => this.device.queue.onSubmittedWorkDone());
  }

  /** Submits what is in line. */
  flush(): void {
    if (this.#commands.length === 0) return;
    const commands = this.#commands;
    this.#commands = [];
    this.device.pushErrorScope("validation");
    if (this.#uniformEnd > 0) {
      this.device.queue.writeBuffer(this.#uniforms, 0, this.#uniformData, 0, this.#uniformEnd);
    }
    this.device.queue.submit([this.#encode(commands)]);
    const refused = this.device.popErrorScope();
    this.#check(
      refused.then((error) => error === null ? undefined : `the device: ${error.message.trim()}`),
      false,
    );
    this.#uniformEnd = this.#numDispatches = this.#waitingBytes = 0;
    this.#touched.clear();
    this.#counts.submits++;
  }

  /** Forgets what went wrong: it belonged to a job that is over. */
  forgive(): void {
    this.#open.uncaptured.length = 0;
    this.#told = this.#problems.length;
  }

  /** Gives everything on the device back. It lets go of its threads and memory only once it was waited for. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#commands = [];
    this.#groups.clear();
    try {
      this.buffers.destroy();
      this.#staging.destroy();
      this.#uniforms.destroy();
    } finally {
      this.device.destroy();
      await this.device.queue.onSubmittedWorkDone();
    }
  }

  #encode(commands: readonly Command[]): GPUCommandBuffer {
    const encoder = this.device.createCommandEncoder();
    let pass: GPUComputePassEncoder | undefined;
    let current: Prepared | undefined;
    for (const command of commands) {
      if ("prepared" in command) {
        pass ??= encoder.beginComputePass();
        if (current !== command.prepared) pass.setPipeline(command.prepared.pipeline);
        current = command.prepared;
        const { group, uniformsAt } = command;
        pass.setBindGroup(0, group, uniformsAt === undefined ? [] : [uniformsAt]);
        pass.dispatchWorkgroups(...command.grid);
        continue;
      }
      pass?.end();
      pass = current = undefined;
      if ("clear" in command) encoder.clearBuffer(command.clear.gpu, 0, command.bytes);
      else {
        const { from, at, to, bytes } = command;
        encoder.copyBufferToBuffer(from.gpu, at, to.gpu, 0, bytes);
      }
    }
    pass?.end();
    return encoder.finish();
  }

  #group(prepared: Prepared, bound: readonly Bound[]): GPUBindGroup {
    let key = `${prepared.id}`;
    for (const { block, bytes } of bound) key += `,${block.id}:${bytes}`;
    const found = this.#groups.get(key);
    if (found !== undefined) return found;
    const { buffers, uniforms } = prepared.reflection;
    const entries: GPUBindGroupEntry[] = buffers.map(({ binding }, i) => ({
      binding,
      resource: { buffer: bound[i].block.gpu, offset: 0, size: bound[i].bytes },
    }));
    if (uniforms !== undefined) {
      const resource = { buffer: this.#uniforms, offset: 0, size: uniforms.bytes };
      entries.push({ binding: uniforms.binding, resource });
    }
    this.device.pushErrorScope("validation");
    this.numBindGroups++;
    const group = this.device.createBindGroup({ layout: prepared.bindings, entries });
    const refused = this.device.popErrorScope();
    this.#check(
      refused.then((error) =>
        error === null
          ? undefined
          : `buffers of the kernel ${prepared.name}: ${error.message.trim()}`
      ),
      true,
    );
    this.#groups.set(key, group);
    for (const { block } of bound) {
      const keys = this.#groupsOfBlock.get(block.id) ?? new Set();
      this.#groupsOfBlock.set(block.id, keys.add(key));
    }
    if (this.#groups.size > mostBindGroups) {
      const [oldest] = this.#groups.keys();
      this.#groups.delete(oldest);
    }
    return group;
  }

  /** Before a buffer is destroyed: what is in line may use it, and bind groups hold it. */
  #forget(block: Block): void {
    if (this.#touched.has(block)) this.flush();
    for (const key of this.#groupsOfBlock.get(block.id) ?? []) this.#groups.delete(key);
    this.#groupsOfBlock.delete(block.id);
  }

  #check(check: Promise<string | undefined>, cause: boolean): void {
    const kept: Promise<void> = check.then(
      (message) => {
        if (message !== undefined) this.#problems.push({ message, cause });
      },
      (error) => void this.#problems.push({ message: String(error), cause: false }),
    ).finally(() => this.#checks.delete(kept));
    this.#checks.add(kept);
  }

  /** Waits, then throws what went wrong since the last time that something was told. */
  async #done(wait: () => Promise<unknown>): Promise<void> {
    const told = this.#told;
    let failed: unknown;
    try {
      await this.#whileAlive(wait());
    } catch (error) {
      if (error instanceof DeviceLostError) throw error;
      failed = error;
      // Loss is told after the failure that it causes.
      await this.device.queue.onSubmittedWorkDone();
    }
    if (this.lost) throw this.#lostError();
    await Promise.all(this.#checks);
    for (const message of this.#open.uncaptured.splice(0)) {
      this.#problems.push({ message, cause: false });
    }
    const problems = this.#problems.slice(told);
    this.#told = this.#problems.length;
    if (problems.length === 0 && failed !== undefined) {
      throw new EngineError(`reading from the device failed: ${failed}`);
    }
    if (problems.length === 0) return;
    const causes = problems.filter(({ cause }) => cause);
    const messages = (causes.length > 0 ? causes : problems).map(({ message }) => message);
    throw new EngineError([...new Set(messages)].slice(0, 5).join("\n"));
  }

  #whileAlive<T>(promise: Promise<T>): Promise<T> {
    // `Promise.race` would leave something behind on `gone` each time.
    const { promise: lost, reject } = Promise.withResolvers<never>();
    this.#waiting.add(reject);
    return Promise.race([promise, lost]).finally(() => this.#waiting.delete(reject));
  }

  #lostError(): DeviceLostError {
    return new DeviceLostError(
      `the device ${this.adapter.facts.name} went away: ${this.#open.lost.reason}`,
    );
  }
}
