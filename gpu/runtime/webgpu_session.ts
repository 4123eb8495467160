// Everything that lives and dies with one device: pools of buffers, pipelines, bind groups, the commands that were
// given and not yet submitted, and what the device found wrong. Commands are kept as data and encoded at a flush, so
// that a write can tell whether it must wait for them.
// Leaves out the interface that tasks see, and renewal after a loss (webgpu_engine.ts).

import { EngineError } from "#lib/core/engine.ts";
import type { FoundAdapter } from "./adapter.ts";
import { BindGroups, type Bound } from "./bind_groups.ts";
import { type OpenDevice, openDevice } from "./device.ts";
import { DeviceProblems } from "./device_problems.ts";
import { type Block, GpuPool, nextBlockId } from "./gpu_pool.ts";
import { Pace } from "./pace.ts";
import { Pipelines, type Prepared } from "./pipelines.ts";
import { writeUniforms } from "./uniforms.ts";

/** Bytes of the uniform buffer: of each submit, not of each dispatch. */
const uniformBytes = 64 * 1024;
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
  readonly groups: BindGroups;
  readonly #problems: DeviceProblems;
  readonly #counts: SessionCounts;
  readonly #pace: Pace;
  readonly #staging: GpuPool;
  readonly #uniforms: GPUBuffer;
  readonly #uniformData = new ArrayBuffer(uniformBytes);
  readonly #uniformView = new DataView(this.#uniformData);
  readonly #uniformBytes = new Uint8Array(this.#uniformData);
  readonly #uniformAlign: number;
  #uniformEnd = 0;
  readonly #adopted = new WeakMap<GPUBuffer, Block>();
  #commands: Command[] = [];
  /** Buffers that waiting commands use. */
  readonly #touched = new Set<Block>();
  #waitingBytes = 0;
  /** How much was given so far, and up to where somebody has waited for it. */
  #given = 0;
  #waited = 0;
  #isLent = false;
  #disposed = false;
  /** Whether the device went away by itself: disposing makes it go, too. */
  #wasLost = false;

  /** Opens a device. `now` is a clock that tells how long work took. */
  static async open(
    adapter: FoundAdapter,
    counts: SessionCounts,
    now?: () => number,
  ): Promise<WebgpuSession> {
    return new WebgpuSession(adapter, await openDevice(adapter.adapter), counts, new Pace(now));
  }

  private constructor(
    adapter: FoundAdapter,
    open: OpenDevice,
    counts: SessionCounts,
    pace: Pace,
  ) {
    const { device } = open;
    this.adapter = adapter;
    this.device = device;
    this.#counts = counts;
    this.#pace = pace;
    const problems = this.#problems = new DeviceProblems(open, adapter.facts.name);
    const { STORAGE, COPY_SRC, COPY_DST, MAP_READ, UNIFORM } = GPUBufferUsage;
    const largest = device.limits.maxBufferSize;
    const forget = (block: Block) => this.#forget(block);
    this.buffers = new GpuPool(device, STORAGE | COPY_SRC | COPY_DST, largest, forget);
    this.#staging = new GpuPool(device, MAP_READ | COPY_DST, largest, forget);
    this.#uniforms = device.createBuffer({ size: uniformBytes, usage: UNIFORM | COPY_DST });
    this.#uniformAlign = device.limits.minUniformBufferOffsetAlignment;
    this.groups = new BindGroups(
      device,
      this.#uniforms,
      (what) => problems.closeScope(what, true),
    );
    this.pipelines = new Pipelines(
      device,
      adapter.facts.device,
      (check) => problems.check(check, true),
    );
  }

  /** @throws {DeviceLostError} if the device went away. */
  mustLive(): void {
    if (this.#disposed && !this.#wasLost) throw new EngineError("the engine was disposed");
    if (this.lost) throw this.#problems.lostError();
  }

  get lost(): boolean {
    return this.#problems.lost;
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
      // Padding of an earlier submit's uniforms.
      this.#uniformBytes.fill(0, uniformsAt, uniformsAt + binding.bytes);
      writeUniforms(this.#uniformView, uniformsAt, binding, uniforms, prepared.name);
    }
    if (grid.includes(0)) return;
    if (binding !== undefined && uniformsAt !== undefined) {
      this.#uniformEnd = Math.ceil((uniformsAt + binding.bytes) / this.#uniformAlign) *
        this.#uniformAlign;
    }
    const group = this.groups.of(prepared, bound);
    for (const { block } of bound) this.#touched.add(block);
    this.#given++;
    this.#commands.push({ prepared, group, uniformsAt, grid });
    this.#counts.dispatches++;
    if (this.#pace.add()) this.flush();
  }

  /** Puts zeros in line. */
  clear(block: Block, bytes: number): void {
    this.#touched.add(block);
    this.#given++;
    this.#commands.push({ clear: block, bytes });
  }

  /** Writes after all that was given so far. */
  write(block: Block, at: number, data: ArrayBufferView<ArrayBuffer>): void {
    if (this.#touched.has(block)) this.flush();
    this.#given++;
    this.device.queue.writeBuffer(block.gpu, at, data);
    this.#waitingBytes += data.byteLength;
    if (this.#waitingBytes <= mostWaitingBytes) return;
    this.device.queue.submit([]);
    this.#waitingBytes = 0;
  }

  /** The bytes of a part of a buffer, once all that was given so far is done. */
  async read(block: Block, at: number, bytes: number): Promise<ArrayBuffer> {
    const { block: staging } = this.#staging.take(bytes);
    const given = ++this.#given;
    this.#touched.add(block);
    this.#commands.push({ from: block, at, to: staging, bytes });
    this.flush();
    this.#counts.downloads++;
    this.#counts.bytesDown += bytes;
    let ok = false;
    try {
      const copy = await this.#problems.wait(async () => {
        await staging.gpu.mapAsync(GPUMapMode.READ, 0, bytes);
        // The range is gone after `unmap`.
        const copy = staging.gpu.getMappedRange(0, bytes).slice(0);
        staging.gpu.unmap();
        return copy;
      });
      ok = true;
      this.#waited = Math.max(this.#waited, given);
      this.#idle();
      return copy;
    } finally {
      if (ok) this.#staging.give(staging);
      else this.#staging.drop(staging);
    }
  }

  /** Waits for all that was given so far: a moment if a read has waited for it already, else some 10 ms at least. */
  async settle(): Promise<void> {
    this.flush();
    const given = this.#given;
    const isOpen = this.#waited !== given || this.#isLent;
    await this.#problems.wait(() =>
      isOpen ? this.device.queue.onSubmittedWorkDone() : Promise.resolve()
    );
    this.#waited = Math.max(this.#waited, given);
    this.#idle();
  }

  /** From now on a library may submit work of its own. */
  lend(): void {
    this.#isLent = true;
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
    this.#problems.closeScope("the device", false);
    this.#uniformEnd = this.#waitingBytes = 0;
    this.#pace.submitted();
    this.#touched.clear();
    this.#counts.submits++;
  }

  /** Forgets what went wrong: it belonged to a job that is over. */
  forgive(): void {
    this.#problems.forgive();
  }

  /** Gives everything on the device back. It lets go of its threads and memory only once it was waited for. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#wasLost = this.lost;
    this.#commands = [];
    this.groups.clear();
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

  /** Before a buffer is destroyed: what is in line may use it, and bind groups hold it. */
  #forget(block: Block): void {
    if (this.#touched.has(block)) this.flush();
    this.groups.forget(block);
  }

  /** Somebody waited. If nothing was submitted meanwhile, the device has nothing to do. */
  #idle(): void {
    if (this.#commands.length === 0) this.#pace.idle();
  }
}
