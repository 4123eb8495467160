// Python with NumPy, pandas and h5py, for tests of what people open results with: skipped aloud where it is not there, and
// failing there if BASIN_REQUIRE_PYTHON=1. Debian has the packages as python3-numpy, python3-pandas and python3-h5py.

const required = Deno.env.get("BASIN_REQUIRE_PYTHON") === "1";

/** The system's Python sees the system's packages, whatever else is on the path. */
const programs = ["/usr/bin/python3", "python3"];

/** The first Python that has all three, or `undefined`. */
export const python: string | undefined = await findPython();

async function findPython(): Promise<string | undefined> {
  for (const program of programs) {
    const ran = await start(program, "import numpy, pandas, h5py", ".").catch(() => undefined);
    if (ran?.success) return program;
  }
  return undefined;
}

function start(program: string, code: string, cwd: string): Promise<Deno.CommandOutput> {
  return new Deno.Command(program, {
    args: ["-c", code],
    cwd,
    env: { PYTHONDONTWRITEBYTECODE: "1" },
    stdin: "null",
  }).output();
}

/** Runs Python code in a folder; returns what it printed. @throws if it fails, with what it said. */
export async function runPython(code: string, cwd: string): Promise<string> {
  if (python === undefined) throw new Error("there is no Python with numpy, pandas and h5py");
  const { success, stdout, stderr } = await start(python, code, cwd);
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** A step that needs Python: run, skipped aloud, or failed if Python is required. */
export async function pythonStep(
  t: Deno.TestContext,
  name: string,
  fn: () => Promise<void>,
): Promise<void> {
  if (python !== undefined) await t.step(name, fn);
  else if (required) {
    await t.step(name, () => {
      throw new Error("BASIN_REQUIRE_PYTHON=1, but there is no Python with numpy, pandas and h5py");
    });
  } else {
    console.log(`skipped, for want of Python with numpy, pandas and h5py: ${name}`);
    await t.step({ name: `${name} (no Python)`, ignore: true, fn() {} });
  }
}
