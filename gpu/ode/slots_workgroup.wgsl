// Three vectors per unit in workgroup memory: the state, the point at which the field is asked, the sum of rates.
// No thread reads what another one writes.

const X: u32 = 0u;
const PROBE: u32 = 1u;
const KEPT: u32 = 2u;

override slot_units: u32;

var<workgroup> slots: array<vec4<f32>, 3u * slot_units>;

fn get(slot: u32, unit: u32) -> vec4<f32> {
  return slots[slot * slot_units + unit];
}

fn put(slot: u32, unit: u32, value: vec4<f32>) {
  slots[slot * slot_units + unit] = value;
}

fn begin(quad: u32, thread: u32) {
  for (var unit = thread; unit < uniforms.num_units; unit += workgroup_size) {
    put(X, unit, state[4u * quad * uniforms.num_units + unit]);
  }
}

fn finish(quad: u32, thread: u32) {
  for (var unit = thread; unit < uniforms.num_units; unit += workgroup_size) {
    state[4u * quad * uniforms.num_units + unit] = get(X, unit);
  }
}
