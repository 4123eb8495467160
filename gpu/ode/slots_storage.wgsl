// Three vectors per unit in the buffer of states, for networks too large for workgroup memory: the state, the point at
// which the field is asked, the sum of rates. No thread reads what another one writes.

const X: u32 = 0u;
const PROBE: u32 = 1u;
const KEPT: u32 = 2u;

var<private> first: u32;

fn slot_value(slot: u32, unit: u32) -> vec4<f32> {
  return state[first + slot * uniforms.num_units + unit];
}

fn set_slot(slot: u32, unit: u32, value: vec4<f32>) {
  state[first + slot * uniforms.num_units + unit] = value;
}

fn begin(quad: u32, _thread: u32) {
  first = 4u * quad * uniforms.num_units;
}

// Scratch space is zero between dispatches.
fn finish(_quad: u32, thread: u32) {
  for (var unit = thread; unit < uniforms.num_units; unit += workgroup_size) {
    set_slot(PROBE, unit, vec4<f32>());
    set_slot(KEPT, unit, vec4<f32>());
  }
}
