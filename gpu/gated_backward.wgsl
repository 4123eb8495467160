// Gated networks backward: a workgroup takes four rows of a model through the steps, last to first, with the gradients of
// one gate at a time in its memory as vectors of four rows. A thread has four units of the four rows at a time.

#import "rnn/cell"

override THREADS: u32 = 8u;

struct Params {
  num_models: u32,
  num_rows: u32,
  num_steps: u32,
  num_units: u32,
  num_parameters: u32,
  first_step: u32,
  end_step: u32,
  at_tau_ms: u32,
  activation: u32,
  reset_gate: u32,
  leak: u32,
  keep: f32,
  gain: f32,
  dt_ms: f32,
  work_stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<u32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> panels: array<vec4f>;
@group(0) @binding(4) var<storage, read> states: array<f32>;
@group(0) @binding(5) var<storage, read_write> work: array<f32>;
@group(0) @binding(6) var<storage, read> state_gradients: array<f32>;
@group(0) @binding(7) var<storage, read_write> carry: array<f32>;
// For wasm alone.
@group(0) @binding(8) var<storage, read_write> scratch: array<f32>;

const LIVE = 0u;
const STATE_GATED = 1u;
const DEAD = 2u;

/** Gradients of what goes into one gate of each unit, in four rows. */
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
  let row = 4u * group.x;
  let rows = min(4u, params.num_rows - row);
  let quads = (params.num_units + 3u) / 4u;
  let steps = min(params.num_steps, slots[2u * model + 1u]);
  // The last step of a model, and a model without steps, begin with nothing.
  if (params.end_step >= steps && params.first_step <= steps) {
    for (var quad = thread; quad < quads; quad += THREADS) {
      for (var r = 0u; r < rows; r++) { put_carry(Place(model, row, rows, 0u, quad), r, vec4f()); }
    }
  }
  for (var done = min(params.end_step, steps); done > params.first_step; done--) {
    let step = done - 1u;
    for (var quad = thread; quad < quads; quad += THREADS) {
      for (var r = 0u; r < rows; r++) { inside(Place(model, row, rows, step, quad), r); }
    }
    storageBarrier();
    workgroupBarrier();
    for (var i = 0u; i < 3u; i++) {
      // n, u, r: what the reset gate needs comes first.
      let gate = 2u - i;
      if (gate == 0u && params.reset_gate == DEAD) { continue; }
      let place = select(gate, 3u, gate == 2u && params.reset_gate == LIVE);
      for (var unit = thread; unit < params.num_units; unit += THREADS) {
        var d = vec4f();
        for (var r = 0u; r < rows; r++) { d[r] = work[work_at(model, row + r, step, place) + unit]; }
        seen[unit] = d;
      }
      workgroupBarrier();
      for (var quad = thread; quad < quads; quad += THREADS) { through(Place(model, row, rows, step, quad), gate); }
      storageBarrier();
      workgroupBarrier();
    }
  }
}

/** Gradients of what goes into the gates of four units of a row. */
fn inside(p: Place, row: u32) {
  let g = four_of_carry(p, row) + four_gradients(p, row);
  let h = four_states(p, row);
  let u = four_of_work(p, row, 1u);
  let n = four_of_work(p, row, 2u);
  var tau = vec4f(1.0);
  if (params.leak != 0u) {
    let at = p.model * params.num_parameters + params.at_tau_ms + 4u * p.quad;
    for (var i = 0u; i < min(4u, params.num_units - 4u * p.quad); i++) { tau[i] = parameters[at + i]; }
  }
  let leak = leak_of(params.leak, params.keep, params.gain, params.dt_ms, tau);
  let mixed = leak.keep * h + leak.gain * n;
  let d = g * u * leak.gain * activation_slope(params.activation, n);
  put_carry(p, row, g * (1.0 - u + leak.keep * u));
  if (params.leak != 0u) { put_work(p, row, 4u, g * u * (h - n) * leak.slope); }
  if (params.reset_gate == LIVE) {
    let r = four_of_work(p, row, 0u);
    put_work(p, row, 0u, d * four_of_work(p, row, 3u) * r * (1.0 - r));
    put_work(p, row, 3u, d * r);
  } else if (params.reset_gate == DEAD) {
    put_work(p, row, 0u, vec4f());
  }
  put_work(p, row, 1u, g * (mixed - h) * u * (1.0 - u));
  put_work(p, row, 2u, d);
}

/** What reaches four units through one gate of all units. */
fn through(p: Place, gate: u32) {
  var e0 = vec4f(); var e1 = vec4f(); var e2 = vec4f(); var e3 = vec4f();
  let across = (params.num_units + 7u) / 8u;
  var w = 2u * ((p.model * across + p.quad / 2u) * 3u + gate) * params.num_units + p.quad % 2u;
  for (var k = 0u; k < params.num_units; k++) {
    let d = seen[k];
    let a = panels[w];
    e0 += d.x * a; e1 += d.y * a; e2 += d.z * a; e3 += d.w * a;
    w += 2u;
  }
  let reached = array<vec4f, 4>(e0, e1, e2, e3);
  for (var row = 0u; row < p.rows; row++) {
    var e = reached[row];
    if (gate == 2u && params.reset_gate == STATE_GATED) {
      let r = four_of_work(p, row, 0u);
      put_work(p, row, 0u, e * four_states(p, row) * r * (1.0 - r));
      e *= r;
    }
    put_carry(p, row, four_of_carry(p, row) + e);
  }
}

fn work_at(model: u32, row: u32, step: u32, which: u32) -> u32 {
  return ((model * params.num_rows + row) * params.num_steps + step) * params.work_stride + which * params.num_units;
}

fn four_of_work(p: Place, row: u32, which: u32) -> vec4f {
  let first = work_at(p.model, p.row + row, p.step, which) + 4u * p.quad;
  var values = vec4f();
  for (var i = 0u; i < min(4u, params.num_units - 4u * p.quad); i++) { values[i] = work[first + i]; }
  return values;
}

fn put_work(p: Place, row: u32, which: u32, values: vec4f) {
  let first = work_at(p.model, p.row + row, p.step, which) + 4u * p.quad;
  for (var i = 0u; i < min(4u, params.num_units - 4u * p.quad); i++) { work[first + i] = values[i]; }
}

fn four_states(p: Place, row: u32) -> vec4f {
  let at = (p.model * params.num_rows + p.row + row) * (params.num_steps + 1u) + p.step;
  let first = at * params.num_units + 4u * p.quad;
  var values = vec4f();
  for (var i = 0u; i < min(4u, params.num_units - 4u * p.quad); i++) { values[i] = states[first + i]; }
  return values;
}

fn four_gradients(p: Place, row: u32) -> vec4f {
  let at = (p.model * params.num_rows + p.row + row) * params.num_steps + p.step;
  let first = at * params.num_units + 4u * p.quad;
  var values = vec4f();
  for (var i = 0u; i < min(4u, params.num_units - 4u * p.quad); i++) { values[i] = state_gradients[first + i]; }
  return values;
}

fn four_of_carry(p: Place, row: u32) -> vec4f {
  let first = (p.model * params.num_rows + p.row + row) * params.num_units + 4u * p.quad;
  var values = vec4f();
  for (var i = 0u; i < min(4u, params.num_units - 4u * p.quad); i++) { values[i] = carry[first + i]; }
  return values;
}

fn put_carry(p: Place, row: u32, values: vec4f) {
  let first = (p.model * params.num_rows + p.row + row) * params.num_units + 4u * p.quad;
  for (var i = 0u; i < min(4u, params.num_units - 4u * p.quad); i++) { carry[first + i] = values[i]; }
}
