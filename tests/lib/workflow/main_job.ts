// The worked example of the language as files, with what tests vary in it.

import type { TestFiles } from "./expand_text.ts";

const steps = `
  steps:
    task: represent
    foreach: { checkpoint: train.checkpoints }
    from: { model: checkpoint.weights, trials: { stage: trials, where: { trial_set: 0 } } }
`;

/** The files of the job, as it stands on the page of the language, with one stage more that reads labels. */
export function mainJob({ label = "Untrained", extraGroup = "", foreach = false } = {}): TestFiles {
  return {
    "workflows/pdm.yaml": `
name: pdm
extends: [../config/presets/pdm_groups.yaml]
params: { seeds: 3, dt_ms: 100, units: 64, span_ms: 1400 }
axes:
  group: \${{ params.groups }}
  seed: \${{ range(params.seeds) }}
  trial_set: [0, 1]
stages:
  trials:
    task: neurotask
    over: [trial_set]
    with: { rule: pdm_anti_delay, mode: test, num_trials: 200, dt_ms: "\${{ params.dt_ms }}", design_seed: 0, seed: "\${{ trial_set }}" }
  pretrain:
    task: train_rnn
    over: [group, seed]
    with: { units: "\${{ params.units }}", seed: "\${{ seed }}", phases: "\${{ group.pretrain }}" }
  train:
    task: train_rnn
    from: { init: pretrain.weights }
    with: { units: "\${{ params.units }}", seed: "\${{ seed }}", phases: "\${{ group.train }}", trainable: "\${{ group.trainable }}" }
  represent:
    task: represent
    from: { model: train.weights, trials: trials }
  operators:
    task: dmd
    from: { trajectories: represent }
    with: { span_ms: "\${{ params.span_ms }}", max_rank: 50 }
  rank:
    task: common_rank
    from: { operators: { stage: operators, gather: all } }
  after:
    task: compare
    matrix: { metric: [dsa, linear_cka, procrustes] }
    with: { metric: "\${{ metric }}" }
    from:
      operators: { stage: operators, where: { trial_set: 0 }, gather: [group] }
      trajectories: { stage: represent, where: { trial_set: 0 }, gather: [group] }
      rank: rank
  floor:
    task: compare
    matrix: { metric: [dsa, linear_cka, procrustes] }
    with: { metric: "\${{ metric }}" }
    from:
      operators: { stage: operators, gather: [trial_set] }
      trajectories: { stage: represent, gather: [trial_set] }
      rank: rank
${foreach ? steps : ""}
  across:
    task: compare
    with: { metric: dsa }
    from:
      a: { stage: operators, where: { trial_set: 0 }, rename: { seed: seed_a } }
      b: { stage: operators, where: { trial_set: 0 }, rename: { seed: seed_b } }
      rank: rank
    keep: \${{ seed_a < seed_b }}
  labels:
    task: collect
    over: [group]
    with: { label: "\${{ group.label }}" }
    from: { tables: { stage: train.log, gather: [seed] } }
  claims:
    task: claims
    from:
      after: { stage: after, gather: all }
      floor: { stage: floor, gather: all }
      logs: { stage: train.log, gather: all }
`,
    "config/presets/pdm_groups.yaml": `
params:
  groups:
    - { id: untrained, pretrain: [], train: [], trainable: [all], label: ${label} }
    - { id: master, pretrain: [], train: &pdm [{ task: pdm, trials: 1000 }], trainable: [all], label: Master }
    - { id: full, pretrain: &delay [{ task: delay, trials: 500 }], train: *pdm, trainable: [all], label: Full }
    - { id: full_in, pretrain: *delay, train: *pdm, trainable: [input], label: Input only }
    ${extraGroup}
`,
  };
}
