// What is measured on one shape, and in which order: all engines take turns in each round, so that a busy minute of the
// machine meets all of them. Outputs are compared before times count. Leaves out tables and goals.

import { adopt, type Engine, requireOutputs, writeConfig } from "./engine.ts";
import { type Command, measure, type Sample, type Summary, summaryOf } from "./measure.ts";

/** The situations, in the order in which they are measured. */
export const scenarios = ["cold", "first", "no-op", "plan", "touch", "edit"] as const;
export type Scenario = (typeof scenarios)[number];

/** What one engine did in one situation. */
export interface Measured {
  readonly shape: string;
  readonly stages: number;
  readonly scenario: Scenario;
  readonly engine: string;
  /** Stages that each run ran; absent for plans. */
  readonly ran?: number;
  readonly samples: readonly Sample[];
  readonly summary: Summary;
}

/** An engine that could not do it. */
export interface Failed {
  readonly shape: string;
  readonly stages: number;
  readonly scenario: Scenario;
  readonly engine: string;
  readonly failed: string;
}

/** How an engine takes part. */
export interface Entrant {
  readonly engine: Engine;
  /** What it is measured in. */
  readonly scenarios: readonly Scenario[];
  /** It gets outputs that it did not make, for want of a first run. */
  readonly adopts?: boolean;
  /** Forgets what is known of tasks too, so that a run is the very first of its user. */
  readonly forgetTasks?: () => Promise<void>;
}

/** How to measure. */
export interface RoundOptions {
  /** Runs of each; fewer, down to one, of what takes longer than `seconds` together. */
  readonly runs: number;
  readonly seconds: number;
  /** Folder for the measuring itself. */
  readonly scratch: string;
  /** Is told of everything as it is done. */
  readonly say: (measured: Measured | Failed) => void;
}

/** Measures a shape. Engines that fail are told of, and left out from there on. */
export async function measureShape(
  entrants: readonly Entrant[],
  { runs, seconds, scratch, say }: RoundOptions,
): Promise<readonly (Measured | Failed)[]> {
  const results: (Measured | Failed)[] = [];
  const out = new Set<string>();
  const place = ({ engine }: Entrant, scenario: Scenario) => ({
    shape: engine.shape.name,
    stages: engine.shape.numStages,
    scenario,
    engine: engine.name,
  });
  const tell = (result: Measured | Failed) => {
    results.push(result);
    say(result);
  };
  const attempt = async (entrant: Entrant, scenario: Scenario, act: () => Promise<void>) => {
    if (out.has(entrant.engine.name)) return;
    try {
      await act();
    } catch (error) {
      out.add(entrant.engine.name);
      tell({ ...place(entrant, scenario), failed: (error as Error).message });
    }
  };
  const takeTurns = async (
    scenario: Scenario,
    { most = runs, prepare, expectRan, command = ({ run }) => run, check = false }: Turns,
  ) => {
    const who = entrants.filter((entrant) => entrant.scenarios.includes(scenario));
    const taken = who.map((entrant) => ({
      entrant,
      samples: [] as Sample[],
      ran: 0,
      wanted: most,
    }));
    for (let round = 0; round < most; round++) {
      for (const turn of taken) {
        if (round > 0 && round >= turn.wanted) continue;
        const { engine } = turn.entrant;
        await attempt(turn.entrant, scenario, async () => {
          await prepare?.(turn.entrant, round);
          turn.samples.push(await measure(command(engine), scratch));
          if (round === 0) turn.wanted = Math.round(seconds / turn.samples[0].wall);
          if (scenario === "plan") return;
          turn.ran = await engine.numRan();
          if (expectRan !== undefined && turn.ran !== expectRan) {
            throw new Error(`${turn.ran} stages ran where ${expectRan} had to`);
          }
        });
      }
    }
    for (const { entrant, samples, ran } of taken) {
      if (check) await attempt(entrant, scenario, () => requireOutputs(entrant.engine));
      if (out.has(entrant.engine.name)) continue;
      const more = scenario === "plan" ? {} : { ran };
      tell({ ...place(entrant, scenario), ...more, samples, summary: summaryOf(samples) });
    }
  };

  for (const entrant of entrants) {
    await attempt(entrant, "first", async () => {
      await entrant.engine.write();
      if (entrant.adopts) adopt(entrant.engine);
      if (entrant.adopts) await entrant.engine.numRan();
      // Where tasks are not measured as unknown, they are known.
      const warm = entrant.forgetTasks !== undefined && !entrant.scenarios.includes("cold");
      if (warm) await measure(entrant.engine.plan, scratch);
    });
  }
  const numStages = entrants[0].engine.shape.numStages;
  await takeTurns("cold", {
    most: 1,
    prepare: ({ forgetTasks }) => forgetTasks!(),
    expectRan: numStages,
  });
  await takeTurns("first", {
    prepare: ({ engine }) => engine.forget(),
    expectRan: numStages,
    check: true,
  });
  await takeTurns("no-op", { expectRan: 0 });
  await takeTurns("plan", { command: ({ plan }) => plan });
  const [config] = Object.keys(entrants[0].engine.configs);
  await takeTurns("touch", { prepare: ({ engine }) => writeConfig(engine, config), check: true });
  // One of a hundred config files; the other shapes have only one.
  if (Object.keys(entrants[0].engine.configs).length === 100) {
    await takeTurns("edit", {
      prepare: ({ engine }, round) => writeConfig(engine, config, `config 0\nround ${round}\n`),
      expectRan: numStages / 100,
      check: true,
    });
  }
  return results;
}

interface Turns {
  readonly most?: number;
  readonly prepare?: (entrant: Entrant, round: number) => Promise<void>;
  readonly expectRan?: number;
  readonly command?: (engine: Engine) => Command;
  /** Whether outputs are compared afterwards. */
  readonly check?: boolean;
}
