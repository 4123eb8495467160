// Gated networks forward: a workgroup takes four rows of a model through all steps, with what its units see of each other
// in its memory as vectors of four rows. A thread makes all gates of four units of the four rows at a time.

#import "rnn/cell"

override THREADS: u32 = 8u;

struct Params {
  num_models: u32,
  num_rows: u32,
  num_steps: u32,
  num_inputs: u32,
  num_units: u32,
  num_parameters: u32,
  first_step: u32,
  end_step: u32,
  at_b_rec: u32,
  at_tau_ms: u32,
  activation: u32,
  reset_gate: u32,
  leak: u32,
  keep: f32,
  gain: f32,
  dt_ms: f32,
  work_stride: u32,
  noise_gain: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<u32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> panels: array<vec4f>;
@group(0) @binding(4) var<storage, read> inputs: array<f32>;
@group(0) @binding(5) var<storage, read> noise: array<f32>;
@group(0) @binding(6) var<storage, read_write> states: array<f32>;
@group(0) @binding(7) var<storage, read_write> work: array<f32>;
// For wasm alone.
@group(0) @binding(8) var<storage, read_write> scratch: array<f32>;

const LIVE = 0u;
const STATE_GATED = 1u;
const DEAD = 2u;
const SIGMOID = 5u;

/** What others see of each unit in four rows. */
var<workgroup> seen: array<vec4f, 896>;

/** Four units of a workgroup's four rows, and where their numbers are. */
struct Place {
  model: u32,
  /** First row of the workgroup, and how many there are. */
  row: u32,
  rows: u32,
  step: u32,
  quad: u32,
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let model = group.y;
  let end = min(params.end_step, slots[2u * model + 1u]);
  let row = 4u * group.x;
  let rows = min(4u, params.num_rows - row);
  let quads = (params.num_units + 3u) / 4u;
  for (var step = params.first_step; step < end; step++) {
    for (var unit = thread; unit < params.num_units; unit += THREADS) {
      var h = vec4f();
      for (var r = 0u; r < rows; r++) { h[r] = states[state_at(model, row + r, step) + unit]; }
      seen[unit] = h;
    }
    workgroupBarrier();
    for (var quad = thread; quad < quads; quad += THREADS) {
      gates(Place(model, row, rows, step, quad));
    }
    storageBarrier();
    workgroupBarrier();
    if (params.reset_gate == STATE_GATED) {
      for (var unit = thread; unit < params.num_units; unit += THREADS) {
        var h = vec4f();
        for (var r = 0u; r < rows; r++) {
          h[r] = work[work_at(model, row + r, step) + 3u * params.num_units + unit];
        }
        seen[unit] = h;
      }
      workgroupBarrier();
      for (var quad = thread; quad < quads; quad += THREADS) {
        candidates_of_gated(Place(model, row, rows, step, quad));
      }
      storageBarrier();
      workgroupBarrier();
    }
  }
}

/** r and u; with the state as it is also n and h', else what n hears of the input, and r ⊙ h. */
fn gates(p: Place) {
  let needs_r = params.reset_gate != DEAD;
  let needs_n = params.reset_gate != STATE_GATED;
  var r0 = vec4f(); var r1 = vec4f(); var r2 = vec4f(); var r3 = vec4f();
  var u0 = vec4f(); var u1 = vec4f(); var u2 = vec4f(); var u3 = vec4f();
  var q0 = vec4f(); var q1 = vec4f(); var q2 = vec4f(); var q3 = vec4f();
  var w = panel_at(p, 0u, params.num_units, 0u);
  let to_u = panel_at(p, 1u, params.num_units, 0u) - w;
  let to_n = 2u * to_u;
  for (var k = 0u; k < params.num_units; k++) {
    let h = seen[k];
    if (needs_r) {
      let a = panels[w];
      r0 += h.x * a; r1 += h.y * a; r2 += h.z * a; r3 += h.w * a;
    }
    let b = panels[w + to_u];
    u0 += h.x * b; u1 += h.y * b; u2 += h.z * b; u3 += h.w * b;
    if (needs_n) {
      let c = panels[w + to_n];
      q0 += h.x * c; q1 += h.y * c; q2 += h.z * c; q3 += h.w * c;
    }
    w += 2u;
  }
  var n0 = vec4f(); var n1 = vec4f(); var n2 = vec4f(); var n3 = vec4f();
  // Behind the panels of the three gates' recurrent weights.
  let behind = 6u * ((params.num_units + 7u) / 8u) * params.num_units;
  w = panel_at(p, 0u, params.num_inputs, behind);
  let to_u_in = panel_at(p, 1u, params.num_inputs, behind) - w;
  let to_n_in = 2u * to_u_in;
  // Rows beyond the last are the last once more; only one of them is written.
  let last = p.rows - 1u;
  let slot_row = slots[2u * p.model] * params.num_rows + p.row;
  let x = ((slot_row + min(vec4u(0u, 1u, 2u, 3u), vec4u(last))) * params.num_steps + p.step) * params.num_inputs;
  for (var i = 0u; i < params.num_inputs; i++) {
    let h = vec4f(inputs[x.x + i], inputs[x.y + i], inputs[x.z + i], inputs[x.w + i]);
    if (needs_r) {
      let a = panels[w];
      r0 += h.x * a; r1 += h.y * a; r2 += h.z * a; r3 += h.w * a;
    }
    let b = panels[w + to_u_in];
    u0 += h.x * b; u1 += h.y * b; u2 += h.z * b; u3 += h.w * b;
    let c = panels[w + to_n_in];
    n0 += h.x * c; n1 += h.y * c; n2 += h.z * c; n3 += h.w * c;
    w += 2u;
  }
  let own = p.model * params.num_parameters + params.at_b_rec;
  let bias_r = four_parameters(own, p.quad);
  let bias_u = four_parameters(own + params.num_units, p.quad);
  let bias_n = four_parameters(own + 2u * params.num_units, p.quad);
  let resets = array<vec4f, 4>(r0, r1, r2, r3);
  let updates = array<vec4f, 4>(u0, u1, u2, u3);
  let drives = array<vec4f, 4>(n0, n1, n2, n3);
  let recurred = array<vec4f, 4>(q0, q1, q2, q3);
  for (var row = 0u; row < p.rows; row++) {
    var r = vec4f();
    if (needs_r) { r = activate(SIGMOID, resets[row] + bias_r); }
    let u = activate(SIGMOID, updates[row] + bias_u);
    let n = drives[row] + bias_n;
    let q = recurred[row];
    put_work(p, row, 0u, r);
    put_work(p, row, 1u, u);
    if (params.reset_gate == STATE_GATED) {
      put_work(p, row, 2u, n);
      put_work(p, row, 3u, r * four_states(p, row));
    } else if (params.reset_gate == LIVE) {
      put_work(p, row, 3u, q);
      advance(p, row, u, n + r * q);
    } else {
      advance(p, row, u, n + q);
    }
  }
}

/** n and h' of state-gated networks, once r ⊙ h of all units is there. */
fn candidates_of_gated(p: Place) {
  var q0 = vec4f(); var q1 = vec4f(); var q2 = vec4f(); var q3 = vec4f();
  var w = panel_at(p, 2u, params.num_units, 0u);
  for (var k = 0u; k < params.num_units; k++) {
    let h = seen[k];
    let c = panels[w];
    q0 += h.x * c; q1 += h.y * c; q2 += h.z * c; q3 += h.w * c;
    w += 2u;
  }
  let recurred = array<vec4f, 4>(q0, q1, q2, q3);
  for (var row = 0u; row < p.rows; row++) {
    advance(p, row, four_of_work(p, row, 1u), four_of_work(p, row, 2u) + recurred[row]);
  }
}

/** n from what goes into φ but for noise, and h'. */
fn advance(p: Place, row: u32, u: vec4f, drive: vec4f) {
  var z = drive;
  let unit = 4u * p.quad;
  if (params.noise_gain != 0.0) {
    let at = ((p.model * params.num_rows + p.row + row) * params.num_steps + p.step) * params.num_units + unit;
    for (var i = 0u; i < min(4u, params.num_units - unit); i++) { z[i] += params.noise_gain * noise[at + i]; }
  }
  let n = activate(params.activation, z);
  var tau = vec4f(1.0);
  if (params.leak != 0u) { tau = four_parameters(p.model * params.num_parameters + params.at_tau_ms, p.quad); }
  let leak = leak_of(params.leak, params.keep, params.gain, params.dt_ms, tau);
  let h = four_states(p, row);
  let next = (1.0 - u) * h + u * (leak.keep * h + leak.gain * n);
  put_work(p, row, 2u, n);
  let to = state_at(p.model, p.row + row, p.step + 1u) + unit;
  for (var i = 0u; i < min(4u, params.num_units - unit); i++) { states[to + i] = next[i]; }
}

fn state_at(model: u32, row: u32, step: u32) -> u32 {
  return ((model * params.num_rows + row) * (params.num_steps + 1u) + step) * params.num_units;
}

fn work_at(model: u32, row: u32, step: u32) -> u32 {
  return ((model * params.num_rows + row) * params.num_steps + step) * params.work_stride;
}

/** Where the vectors of a gate's quad begin; each next source is two on. */
fn panel_at(p: Place, gate: u32, inner: u32, behind: u32) -> u32 {
  let across = (params.num_units + 7u) / 8u;
  let per_model = 6u * across * (params.num_units + params.num_inputs);
  return p.model * per_model + behind + 2u * (gate * across + p.quad / 2u) * inner + p.quad % 2u;
}

fn four_parameters(first: u32, quad: u32) -> vec4f {
  var values = vec4f();
  for (var i = 0u; i < min(4u, params.num_units - 4u * quad); i++) { values[i] = parameters[first + 4u * quad + i]; }
  return values;
}

fn four_states(p: Place, row: u32) -> vec4f {
  let first = state_at(p.model, p.row + row, p.step) + 4u * p.quad;
  var values = vec4f();
  for (var i = 0u; i < min(4u, params.num_units - 4u * p.quad); i++) { values[i] = states[first + i]; }
  return values;
}

fn four_of_work(p: Place, row: u32, which: u32) -> vec4f {
  let first = work_at(p.model, p.row + row, p.step) + which * params.num_units + 4u * p.quad;
  var values = vec4f();
  for (var i = 0u; i < min(4u, params.num_units - 4u * p.quad); i++) { values[i] = work[first + i]; }
  return values;
}

fn put_work(p: Place, row: u32, which: u32, values: vec4f) {
  let first = work_at(p.model, p.row + row, p.step) + which * params.num_units + 4u * p.quad;
  for (var i = 0u; i < min(4u, params.num_units - 4u * p.quad); i++) { work[first + i] = values[i]; }
}
