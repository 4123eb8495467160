// Three vectors per unit in workgroup memory: the state, the point at which the field is asked, the sum of rates.
// No thread reads what another one writes.

const X: u32 = 0u;
const PROBE: u32 = 1u;
const KEPT: u32 = 2u;

// Room for this many units; written smaller where fewer are needed (gpu/ode/kernel.ts). No override constant: the shader
// compiler behind Deno 2.9 panics on sizes of arrays that are computed from one.
const SLOT_UNITS: u32 = 256u;

var<workgroup> slots: array<vec4<f32>, 3u * SLOT_UNITS>;

fn slot_value(slot: u32, unit: u32) -> vec4<f32> {
  return slots[slot * SLOT_UNITS + unit];
}

fn set_slot(slot: u32, unit: u32, value: vec4<f32>) {
  slots[slot * SLOT_UNITS + unit] = value;
}

fn begin(quad: u32, thread: u32) {
  for (var unit = thread; unit < uniforms.num_units; unit += workgroup_size) {
    set_slot(X, unit, state[4u * quad * uniforms.num_units + unit]);
  }
}

fn finish(quad: u32, thread: u32) {
  for (var unit = thread; unit < uniforms.num_units; unit += workgroup_size) {
    state[4u * quad * uniforms.num_units + unit] = slot_value(X, unit);
  }
}
