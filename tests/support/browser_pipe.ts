// The DevTools protocol of a Chromium process over a pipe: commands, answers and events as JSON, each ended by a NUL.
// A pipe needs no network permission, and a browser whose pipe closes ends by itself. Leaves out what commands mean.

/** Parameters of a command or of an event. */
// deno-lint-ignore no-explicit-any
export type Json = any;

/** What a session (a page, a frame's process) or the browser itself (`""`) tells of itself. */
export type Listener = (method: string, params: Json) => void;

/** A browser that takes commands. */
export interface Pipe {
  /** The answer to a command. @throws Error if the browser refuses, ends, or gives no answer in time. */
  send(method: string, params?: Json, session?: string): Promise<Json>;
  /** Hands a session's events over. */
  listen(session: string, listener: Listener): void;
  /** Ends the process, at once if it must be. */
  close(): Promise<void>;
}

/** How long any one command may take: a screenshot of a long page on a busy machine takes seconds. */
export const patienceMs = 60_000;

/** Lines of the browser's own log that a failure shows. */
const shownLog = 12;

/** Starts a browser whose flags ask for `--remote-debugging-pipe`: it reads descriptor 3 and writes descriptor 4. */
export function startPipe(program: string, flags: readonly string[], home: string): Pipe {
  const child = new Deno.Command("sh", {
    args: ["-c", 'exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>&2', program, ...flags],
    // Its settings, caches and crash reports go where its profile is.
    env: { HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home, DBUS_SESSION_BUS_ADDRESS: "" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const waiting = new Map<number, { done: (answer: Json) => void; fail: (error: Error) => void }>();
  const listeners = new Map<string, Listener>();
  const log: string[] = [];
  let id = 0;
  let isOver = false;

  const logged = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream() as never)) {
      log.push(...(text as unknown as string).split("\n").filter((line) => line !== ""));
      log.splice(0, log.length - shownLog);
    }
  })();
  const heard = (async () => {
    for await (const { id, method, params, sessionId, result, error } of messages(child.stdout)) {
      if (id === undefined) listeners.get(sessionId ?? "")?.(method, params);
      else if (error === undefined) waiting.get(id)?.done(result);
      else waiting.get(id)?.fail(new Error(`${error.message} ${error.data ?? ""}`));
    }
    isOver = true;
    await logged;
    for (const { fail } of waiting.values()) {
      fail(new Error(`the browser ended:\n${log.join("\n")}`));
    }
  })();

  const send: Pipe["send"] = async (method, params = {}, session) => {
    const mine = ++id;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise<Json>((done, fail) => {
        waiting.set(mine, { done, fail });
        if (isOver) fail(new Error(`the browser ended:\n${log.join("\n")}`));
        timer = setTimeout(() => fail(new Error(`no answer in ${patienceMs} ms`)), patienceMs);
        const message = { id: mine, method, params, ...(session && { sessionId: session }) };
        writer.write(new TextEncoder().encode(`${JSON.stringify(message)}\0`)).catch(fail);
      });
    } catch (error) {
      throw new Error(`${method}: ${(error as Error).message}`);
    } finally {
      clearTimeout(timer);
      waiting.delete(mine);
    }
  };

  return {
    send,
    listen: (session, listener) => void listeners.set(session, listener),
    async close() {
      const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
      await send("Browser.close").catch(() => {});
      await writer.close().catch(() => {});
      await child.status;
      clearTimeout(timer);
      await heard;
    },
  };
}

async function* messages(stream: ReadableStream<Uint8Array>): AsyncGenerator<Json> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const bytes of stream) {
    const pieces = decoder.decode(bytes, { stream: true }).split("\0");
    for (const piece of pieces.slice(0, -1)) {
      parts.push(piece);
      yield JSON.parse(parts.join(""));
      parts = [];
    }
    parts.push(pieces.at(-1)!);
  }
}
