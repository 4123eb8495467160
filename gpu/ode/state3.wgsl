// Blocks of three units.

alias State = mat3x4<f32>;
const BLOCK_UNITS: u32 = 3u;

fn load_block(at: u32, _unit: u32) -> State {
  return State(state[at], state[at + 1u], state[at + 2u]);
}

fn store_block(at: u32, _unit: u32, x: State) {
  state[at] = x[0];
  state[at + 1u] = x[1];
  state[at + 2u] = x[2];
}

fn store_lane(at: u32, _unit: u32, x: State, lane: u32) {
  points[at] = x[0][lane];
  points[at + 1u] = x[1][lane];
  points[at + 2u] = x[2][lane];
}

fn noise_block(key: vec2<u32>, trial: u32, step: u32, _unit: u32) -> State {
  let a = process_noise(key, trial, step, 0u);
  let b = process_noise(key, trial + 1u, step, 0u);
  let c = process_noise(key, trial + 2u, step, 0u);
  let d = process_noise(key, trial + 3u, step, 0u);
  return State(vec4(a.x, b.x, c.x, d.x), vec4(a.y, b.y, c.y, d.y), vec4(a.z, b.z, c.z, d.z));
}
