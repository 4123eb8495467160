// The threads of a wasm engine: nested workers on its shared memory, which take parts of the kernel at hand. The calling
// thread takes parts too and returns when all are done, so a dispatch needs no event loop and no thread needs to be
// there: late ones find less to do. Results never depend on who did what.
//
// One word, the ticket, holds the number of the dispatch and how many parts nobody has taken; a part is taken by
// compare-and-exchange. So a thread that slept through the end of a dispatch takes nothing with that one's arguments,
// and arguments stay as they are while any part of theirs is not done.

/** A function of a kernel's module, as it lies in the memory for all threads. */
export interface PlacedKernel {
  /** Address of its record: where the module's bytes and the function's name lie, 4 × u32. */
  readonly record: number;
  readonly run: (args: number, part: number, numParts: number) => void;
}

/** The first bytes of the memory: words that threads watch, each on a cache line of its own. */
export const controlBytes = 512;

/** Parts of one dispatch at most: they count in the low bits of the ticket. */
export const maxParts = 4095;

/** Threads beside the calling one. */
export class WasmThreads implements Disposable {
  readonly #words: Int32Array<SharedArrayBuffer>;
  #dispatch = 0;

  /** @param makeWorker the constructor of workers, which tasks do not have */
  constructor(memory: WebAssembly.Memory, number: number, makeWorker: typeof Worker) {
    this.#words = new Int32Array(memory.buffer as unknown as SharedArrayBuffer, 0, 128);
    for (let i = 0; i < number; i++) {
      const worker = new makeWorker(helperUrl, workerOptions);
      // A thread that cannot be started is missed by nobody.
      worker.addEventListener("error", (event) => event.preventDefault());
      worker.postMessage(memory);
    }
  }

  /**
   * Runs all parts of a kernel.
   *
   * @returns what went wrong in some part, once no part is running any more
   */
  run({ record, run }: PlacedKernel, args: number, numParts: number): unknown {
    const words = this.#words;
    this.#dispatch = (this.#dispatch + 1) & 0xfffff;
    words[at.args] = args;
    words[at.record] = record;
    words[at.numParts] = numParts;
    words[at.failed] = 0;
    Atomics.store(words, at.done, 0);
    Atomics.store(words, at.ticket, (this.#dispatch << 12) | numParts);
    Atomics.notify(words, at.ticket);
    let error: unknown;
    for (;;) {
      const ticket = Atomics.load(words, at.ticket);
      const left = ticket & 4095;
      if (left === 0) break;
      if (Atomics.compareExchange(words, at.ticket, ticket, ticket - 1) !== ticket) continue;
      try {
        run(args, numParts - left, numParts);
      } catch (thrown) {
        error ??= thrown;
      }
      Atomics.add(words, at.done, 1);
    }
    for (let spins = 0;; spins++) {
      const done = Atomics.load(words, at.done);
      if (done === numParts) break;
      if (spins > maxSpins) Atomics.wait(words, at.done, done);
    }
    if (error === undefined && words[at.failed] !== 0) {
      error = new Error(`part ${words[at.failed] - 1} of ${numParts} failed on another thread`);
    }
    return error;
  }

  /** Threads end by themselves: the memory of one that is terminated is never given back (Deno 2.9). */
  [Symbol.dispose](): void {
    Atomics.store(this.#words, at.stopped, 1);
    Atomics.add(this.#words, at.ticket, 1 << 12);
    Atomics.notify(this.#words, at.ticket);
  }
}

/** Where the words stand, in units of 4 bytes. */
const at = { ticket: 16, done: 32, args: 48, record: 49, numParts: 50, stopped: 51, failed: 64 };

/** Looks before sleeping: some tens of microseconds, which is what waking up costs. */
const maxSpins = 4000;

const workerOptions = {
  type: "module",
  name: "basin wasm thread",
  deno: { permissions: "none" },
} as const;

/**
 * What a thread runs until it is told to stop. Its text is all that the thread has: it uses nothing from outside, and
 * numbers of this file come in as arguments.
 */
function help(memory: WebAssembly.Memory, word: typeof at, spinsBeforeSleep: number): void {
  // The memory has its full size from the start, so these stay good.
  const words = new Int32Array(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  const instances = new Map<number, WebAssembly.Instance>();
  const functions = new Map<number, (args: number, part: number, numParts: number) => void>();
  const functionOf = (record: number) => {
    const known = functions.get(record);
    if (known !== undefined) return known;
    const [module, size, name, length] = words.slice(record >> 2, (record >> 2) + 4);
    let instance = instances.get(module);
    if (instance === undefined) {
      const compiled = new WebAssembly.Module(bytes.slice(module, module + size));
      instance = new WebAssembly.Instance(compiled, { env: { memory } });
      instances.set(module, instance);
    }
    const text = String.fromCharCode(...bytes.slice(name, name + length));
    const made = instance.exports[text] as (args: number, part: number, numParts: number) => void;
    functions.set(record, made);
    return made;
  };
  for (let spins = 0;;) {
    const ticket = Atomics.load(words, word.ticket);
    const left = ticket & 4095;
    if (left > 0) {
      if (Atomics.compareExchange(words, word.ticket, ticket, ticket - 1) !== ticket) continue;
      const numParts = words[word.numParts];
      const part = numParts - left;
      try {
        functionOf(words[word.record])(words[word.args], part, numParts);
      } catch {
        Atomics.store(words, word.failed, part + 1);
      }
      if (Atomics.add(words, word.done, 1) + 1 === numParts) Atomics.notify(words, word.done);
      spins = 0;
      continue;
    }
    if (Atomics.load(words, word.stopped) !== 0) return;
    if (++spins < spinsBeforeSleep) continue;
    Atomics.wait(words, word.ticket, ticket);
    spins = 0;
  }
}

const helperUrl = `data:text/javascript,${
  encodeURIComponent(
    `${help}\nself.onmessage = ({ data }) => { help(data, ${
      JSON.stringify(at)
    }, ${maxSpins}); close(); };`,
  )
}`;
