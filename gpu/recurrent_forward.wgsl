// Recurrent networks forward: a workgroup takes four rows of a model through all steps, a vector of four rows for each
// unit in its memory. A thread makes four units of the four rows at a time, so that a load of either is used four times.

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
  form: u32,
  leak: u32,
  keep: f32,
  gain: f32,
  dt_ms: f32,
  noise_gain: f32,
  work_stride: u32,
  rates_at: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<u32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> panels: array<vec4f>;
@group(0) @binding(4) var<storage, read> inputs: array<f32>;
@group(0) @binding(5) var<storage, read> noise: array<f32>;
@group(0) @binding(6) var<storage, read_write> states: array<f32>;
@group(0) @binding(7) var<storage, read_write> work: array<f32>;
/** For processors. */
@group(0) @binding(8) var<storage, read_write> scratch: array<f32>;

/** What others see of each unit in four rows, before the step. */
var<workgroup> seen: array<vec4f, 896>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let model = group.y;
  let slot = slots[2u * model];
  let end = min(params.end_step, slots[2u * model + 1u]);
  // Rows beyond the last are the last once more; only one of them is written.
  let last = params.num_rows - 1u;
  let rows = min(4u * group.x + vec4u(0u, 1u, 2u, 3u), vec4u(last));
  let count = min(4u, params.num_rows - 4u * group.x);
  let places = (model * params.num_rows + rows) * params.num_steps;
  let sources = (slot * params.num_rows + rows) * params.num_steps * params.num_inputs;
  let num_panels = (params.num_units + 7u) / 8u;
  // Panels are two vectors for each source.
  let of_rec = model * 2u * num_panels * (params.num_units + params.num_inputs);
  let of_in = of_rec + 2u * num_panels * params.num_units;
  let quads = (params.num_units + 3u) / 4u;
  let own = model * params.num_parameters;
  for (var step = params.first_step; step < end; step++) {
    let before = (places + model * params.num_rows + rows + step) * params.num_units;
    let kept = (places + step) * params.work_stride;
    for (var unit = thread; unit < params.num_units; unit += THREADS) {
      var h = vec4f(states[before.x + unit], states[before.y + unit], states[before.z + unit], states[before.w + unit]);
      if (params.form == 2u) {
        h = activate(params.activation, h);
        for (var r = 0u; r < count; r++) { work[kept[r] + params.rates_at + unit] = h[r]; }
      }
      seen[unit] = h;
    }
    workgroupBarrier();
    for (var quad = thread; quad < quads; quad += THREADS) {
      var p0 = vec4f();
      var p1 = vec4f();
      var p2 = vec4f();
      var p3 = vec4f();
      var weight = of_rec + quad / 2u * 2u * params.num_units + quad % 2u;
      for (var source = 0u; source < params.num_units; source++) {
        let w = panels[weight];
        let h = seen[source];
        p0 += h.x * w;
        p1 += h.y * w;
        p2 += h.z * w;
        p3 += h.w * w;
        weight += 2u;
      }
      weight = of_in + quad / 2u * 2u * params.num_inputs + quad % 2u;
      let x = sources + step * params.num_inputs;
      for (var i = 0u; i < params.num_inputs; i++) {
        let w = panels[weight];
        p0 += inputs[x.x + i] * w;
        p1 += inputs[x.y + i] * w;
        p2 += inputs[x.z + i] * w;
        p3 += inputs[x.w + i] * w;
        weight += 2u;
      }
      // Four units of one row after the other; units beyond the last are not written.
      let unit = 4u * quad;
      let units = min(4u, params.num_units - unit);
      var bias = vec4f();
      var tau = vec4f(1.0);
      for (var i = 0u; i < units; i++) {
        bias[i] = parameters[own + params.at_b_rec + unit + i];
        if (params.leak != 0u) { tau[i] = parameters[own + params.at_tau_ms + unit + i]; }
      }
      let leak = leak_of(params.leak, params.keep, params.gain, params.dt_ms, tau);
      let drives = array<vec4f, 4>(p0, p1, p2, p3);
      for (var r = 0u; r < count; r++) {
        var p = drives[r] + bias;
        var h = vec4f();
        for (var i = 0u; i < units; i++) {
          h[i] = states[before[r] + unit + i];
          if (params.noise_gain != 0.0) {
            p[i] += params.noise_gain * noise[(places[r] + step) * params.num_units + unit + i];
          }
        }
        if (params.form == 0u) { p = activate(params.activation, p); }
        var mixed = leak.keep * h + leak.gain * p;
        if (params.form == 1u) { mixed = activate(params.activation, mixed); }
        for (var i = 0u; i < units; i++) {
          states[before[r] + params.num_units + unit + i] = mixed[i];
          work[kept[r] + unit + i] = p[i];
        }
      }
    }
    storageBarrier();
    workgroupBarrier();
  }
}
