// Recurrent networks backward: a workgroup takes four rows of a model through the steps, from the last to the first. Of each
// unit it holds two vectors of four rows: dL/dp, and what of the gradient stays with the unit itself.

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
  form: u32,
  leak: u32,
  keep: f32,
  gain: f32,
  dt_ms: f32,
  work_stride: u32,
  rates_at: u32,
  terms_at: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<u32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> panels: array<vec4f>;
@group(0) @binding(4) var<storage, read> states: array<f32>;
@group(0) @binding(5) var<storage, read_write> work: array<f32>;
@group(0) @binding(6) var<storage, read> state_gradients: array<f32>;
@group(0) @binding(7) var<storage, read_write> carry: array<f32>;
/** For processors. */
@group(0) @binding(8) var<storage, read_write> scratch: array<f32>;

/** dL/dp of each unit in four rows. */
var<workgroup> drives: array<vec4f, 896>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let model = group.y;
  let steps = slots[2u * model + 1u];
  let end = min(params.end_step, steps);
  let last = params.num_rows - 1u;
  let rows = min(4u * group.x + vec4u(0u, 1u, 2u, 3u), vec4u(last));
  let count = min(4u, params.num_rows - 4u * group.x);
  let places = (model * params.num_rows + rows) * params.num_steps;
  let carried = (model * params.num_rows + rows) * params.num_units;
  let quads = (params.num_units + 3u) / 4u;
  let own = model * params.num_parameters;
  // The last steps of all begin with nothing; so does a model without steps.
  if (params.end_step >= steps && (params.first_step < steps || params.first_step == 0u)) {
    for (var unit = thread; unit < params.num_units; unit += THREADS) {
      for (var r = 0u; r < count; r++) { carry[carried[r] + unit] = 0.0; }
    }
  }
  for (var step = end; step > params.first_step; step--) {
    let at = places + step - 1u;
    let before = (at + model * params.num_rows + rows) * params.num_units;
    let kept = at * params.work_stride;
    let given = at * params.num_units;
    for (var unit = thread; unit < params.num_units; unit += THREADS) {
      var tau = 1.0;
      if (params.leak != 0u) { tau = parameters[own + params.at_tau_ms + unit]; }
      let leak = leak_of(params.leak, params.keep, params.gain, params.dt_ms, vec4f(tau));
      var g = vec4f();
      var taken = vec4f();
      var h = vec4f();
      var next = vec4f();
      for (var r = 0u; r < count; r++) {
        taken[r] = work[kept[r] + unit];
        h[r] = states[before[r] + unit];
        next[r] = states[before[r] + params.num_units + unit];
        g[r] = state_gradients[given[r] + unit] + carry[carried[r] + unit];
      }
      if (params.form == 1u) { g *= activation_slope(params.activation, next); }
      let stays = leak.keep * g;
      let term = g * (h - taken) * leak.slope;
      var p = leak.gain * g;
      if (params.form == 0u) { p *= activation_slope(params.activation, taken); }
      drives[unit] = p;
      for (var r = 0u; r < count; r++) {
        if (params.terms_at > 0u) { work[kept[r] + params.terms_at + unit] = term[r]; }
        work[kept[r] + unit] = p[r];
        carry[carried[r] + unit] = stays[r];
      }
    }
    storageBarrier();
    workgroupBarrier();
    for (var quad = thread; quad < quads; quad += THREADS) {
      var d0 = vec4f();
      var d1 = vec4f();
      var d2 = vec4f();
      var d3 = vec4f();
      var weight = 2u * (model * ((params.num_units + 7u) / 8u) + quad / 2u) * params.num_units + quad % 2u;
      for (var source = 0u; source < params.num_units; source++) {
        let w = panels[weight];
        let p = drives[source];
        d0 += p.x * w;
        d1 += p.y * w;
        d2 += p.z * w;
        d3 += p.w * w;
        weight += 2u;
      }
      let unit = 4u * quad;
      let units = min(4u, params.num_units - unit);
      let sums = array<vec4f, 4>(d0, d1, d2, d3);
      for (var r = 0u; r < count; r++) {
        var sum = sums[r];
        if (params.form == 2u) {
          var rate = vec4f();
          for (var i = 0u; i < units; i++) { rate[i] = work[kept[r] + params.rates_at + unit + i]; }
          sum *= activation_slope(params.activation, rate);
        }
        for (var i = 0u; i < units; i++) { carry[carried[r] + unit + i] += sum[i]; }
      }
    }
    storageBarrier();
    workgroupBarrier();
  }
}
