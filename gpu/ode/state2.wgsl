// Blocks of two units; the last block of an odd number of units has zeros for the other one.

alias State = mat2x4<f32>;
const BLOCK_UNITS: u32 = 2u;

fn is_pair(unit: u32) -> bool {
  return unit + 1u < uniforms.num_units;
}

fn load_block(at: u32, unit: u32) -> State {
  var other = vec4<f32>();
  if (is_pair(unit)) {
    other = state[at + 1u];
  }
  return State(state[at], other);
}

fn store_block(at: u32, unit: u32, x: State) {
  state[at] = x[0];
  if (is_pair(unit)) {
    state[at + 1u] = x[1];
  }
}

fn store_lane(at: u32, unit: u32, x: State, lane: u32) {
  points[at] = x[0][lane];
  if (is_pair(unit)) {
    points[at + 1u] = x[1][lane];
  }
}

fn noise_block(key: vec2<u32>, trial: u32, step: u32, unit: u32) -> State {
  let a = process_noise_pair(key, trial, step, unit);
  let b = process_noise_pair(key, trial + 1u, step, unit);
  let c = process_noise_pair(key, trial + 2u, step, unit);
  let d = process_noise_pair(key, trial + 3u, step, unit);
  let other = select(0.0, 1.0, is_pair(unit));
  return State(vec4(a.x, b.x, c.x, d.x), other * vec4(a.y, b.y, c.y, d.y));
}
