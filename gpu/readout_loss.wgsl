// Readout and loss: a workgroup for each row of each model, block of steps by block. Its threads share the products of a
// block, four outputs or four units at a time, then its softmaxes, step by step; one adds up losses, in the order of steps.
// See readout_loss.ts.

struct Params {
  num_models: u32,
  num_rows: u32,
  num_steps: u32,
  num_units: u32,
  num_outputs: u32,
  num_parameters: u32,
  groups: u32,
  first_step: u32,
  end_step: u32,
  weight_at: u32,
  bias_at: u32,
  has_bias: u32,
  mode: u32,
  kind: u32,
  record: u32,
  scored_at: u32,
  activity_at: u32,
  activity_l1: f32,
  activity_l2: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<vec2u>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> states: array<f32>;
@group(0) @binding(4) var<storage, read> targets: array<f32>;
@group(0) @binding(5) var<storage, read> weights: array<f32>;
@group(0) @binding(6) var<storage, read_write> outputs: array<f32>;
@group(0) @binding(7) var<storage, read_write> state_gradients: array<f32>;
@group(0) @binding(8) var<storage, read_write> records: array<vec4f>;

override WIDTH: u32 = 64u;

const block = 64u;
const logits_only = 0u;
const with_gradients = 2u;
const squared = 1u;

/// Of each step of a block: loss, penalty on activity, right answers, answers.
var<workgroup> told: array<vec4f, block>;
/// Penalties on activity of four units at a time belong to one thread per step.
var<workgroup> bounds: vec2u;

@compute @workgroup_size(WIDTH)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) me: u32,
) {
  let place = group.y * groups.x + group.x;
  if (me == 0u) {
    bounds = vec2u();
    if (place < params.num_models * params.num_rows) {
      bounds = vec2u(
        params.first_step,
        min(min(params.end_step, params.num_steps), slots[place / params.num_rows].y),
      );
    }
  }
  let span = workgroupUniformLoad(&bounds);
  let is_mine = place < params.num_models * params.num_rows;
  let model = place / params.num_rows;
  let row = place % params.num_rows;
  let own = model * params.num_parameters;
  let states_at = (place * (params.num_steps + 1u) + 1u) * params.num_units;
  let record_at = params.record * params.num_models * params.num_rows + place;
  var record = vec4f();
  if (is_mine && me == 0u && params.mode != logits_only && params.first_step > 0u) {
    record = records[record_at];
  }
  for (var first = span.x; first < span.y; first += block) {
    let count = min(block, span.y - first);
    let step_at = place * params.num_steps + first;
    put_logits(me, own, states_at + first * params.num_units, step_at, count);
    storageBarrier();
    workgroupBarrier();
    if (params.mode != logits_only) {
      let data_at = (slots[model].x * params.num_rows + row) * params.num_steps + first;
      for (var i = me; i < count; i += WIDTH) {
        told[i] = loss_of(step_at + i, data_at + i);
        told[i].y = penalty_of(data_at + i, states_at + (first + i) * params.num_units);
      }
      storageBarrier();
      workgroupBarrier();
      if (params.mode == with_gradients) {
        put_state_gradients(me, own, states_at + first * params.num_units, step_at, data_at, count);
      }
      if (me == 0u) {
        var sum = vec4f();
        for (var i = 0u; i < count; i++) { sum += told[i]; }
        record += sum;
      }
      workgroupBarrier();
    }
  }
  if (is_mine && me == 0u && params.mode != logits_only) { records[record_at] = record; }
}

fn put_logits(me: u32, own: u32, states_at: u32, step_at: u32, count: u32) {
  let n = params.num_units;
  let quads = (params.num_outputs + 3u) / 4u;
  for (var i = me; i < count * quads; i += WIDTH) {
    let step = i / quads;
    let k = 4u * (i % quads);
    // Outputs behind the last one are that one once more, for nobody.
    let last = params.num_outputs - 1u;
    let rows = own + params.weight_at + n * min(vec4u(k, k + 1u, k + 2u, k + 3u), vec4u(last));
    let state = states_at + step * n;
    var sum = vec4f();
    if (params.has_bias > 0u) {
      let b = own + params.bias_at;
      sum = vec4f(
        parameters[b + k],
        parameters[b + min(k + 1u, last)],
        parameters[b + min(k + 2u, last)],
        parameters[b + min(k + 3u, last)],
      );
    }
    let even = n / 2u * 2u;
    for (var j = 0u; j < even; j += 2u) {
      let h = states[state + j];
      let g = states[state + j + 1u];
      sum += h * vec4f(
        parameters[rows.x + j],
        parameters[rows.y + j],
        parameters[rows.z + j],
        parameters[rows.w + j],
      );
      sum += g * vec4f(
        parameters[rows.x + j + 1u],
        parameters[rows.y + j + 1u],
        parameters[rows.z + j + 1u],
        parameters[rows.w + j + 1u],
      );
    }
    if (even < n) {
      sum += states[state + even] * vec4f(
        parameters[rows.x + even],
        parameters[rows.y + even],
        parameters[rows.z + even],
        parameters[rows.w + even],
      );
    }
    let to = (step_at + step) * params.num_outputs + k;
    outputs[to] = sum.x;
    if (k + 1u < params.num_outputs) { outputs[to + 1u] = sum.y; }
    if (k + 2u < params.num_outputs) { outputs[to + 2u] = sum.z; }
    if (k + 3u < params.num_outputs) { outputs[to + 3u] = sum.w; }
  }
}

/// Loss and answers of a step; leaves dL/dlogits where logits were, in that mode.
fn loss_of(step: u32, data: u32) -> vec4f {
  let size = params.num_outputs / params.groups;
  let leaves = params.mode == with_gradients;
  var sum = vec4f();
  for (var group = 0u; group < params.groups; group++) {
    let at = step * params.num_outputs + group * size;
    let weight = weights[data * params.groups + group];
    let values = data * params.num_outputs + group * size;
    var wanted = 0u;
    if (params.kind != squared) { wanted = u32(targets[data * params.groups + group]); }
    if (params.scored_at > 0u) {
      if (weights[params.scored_at + data * params.groups + group] != 0.0) {
        var answer = 0u;
        var aim = wanted;
        for (var k = 1u; k < size; k++) {
          if (outputs[at + k] > outputs[at + answer]) { answer = k; }
          if (params.kind == squared) {
            if (targets[values + k] > targets[values + aim]) { aim = k; }
          }
        }
        sum.z += f32(answer == aim);
        sum.w += 1.0;
      }
    }
    if (weight == 0.0) {
      if (leaves) {
        for (var k = 0u; k < size; k++) { outputs[at + k] = 0.0; }
      }
    } else if (params.kind == squared) {
      let share = weight / f32(size);
      for (var k = 0u; k < size; k++) {
        let difference = outputs[at + k] - targets[values + k];
        sum.x += share * difference * difference;
        if (leaves) { outputs[at + k] = 2.0 * share * difference; }
      }
    } else {
      var most = outputs[at];
      for (var k = 1u; k < size; k++) { most = max(most, outputs[at + k]); }
      let below = outputs[at + wanted] - most;
      var total = 0.0;
      for (var k = 0u; k < size; k++) { total += exp(outputs[at + k] - most); }
      if (leaves) {
        for (var k = 0u; k < size; k++) {
          let chance = exp(outputs[at + k] - most) / total;
          outputs[at + k] = weight * (chance - f32(k == wanted));
        }
      }
      sum.x += weight * (log(total) - below);
    }
  }
  return sum;
}

fn penalty_of(data: u32, state: u32) -> f32 {
  if (params.activity_at == 0u) { return 0.0; }
  let share = weights[params.activity_at + data];
  if (share == 0.0) { return 0.0; }
  var sum = 0.0;
  for (var i = 0u; i < params.num_units; i++) {
    let h = states[state + i];
    sum += params.activity_l1 * abs(h) + params.activity_l2 * h * h;
  }
  return share / f32(params.num_units) * sum;
}

fn put_state_gradients(
  me: u32,
  own: u32,
  states_at: u32,
  step_at: u32,
  data_at: u32,
  count: u32,
) {
  let n = params.num_units;
  let quads = (n + 3u) / 4u;
  for (var i = me; i < count * quads; i += WIDTH) {
    let step = i / quads;
    let unit = 4u * (i % quads);
    let columns = min(vec4u(unit, unit + 1u, unit + 2u, unit + 3u), vec4u(n - 1u));
    var sum = vec4f();
    if (params.activity_at > 0u) {
      let share = weights[params.activity_at + data_at + step] / f32(n);
      if (share != 0.0) {
        let state = states_at + step * n;
        let h = vec4f(
          states[state + columns.x],
          states[state + columns.y],
          states[state + columns.z],
          states[state + columns.w],
        );
        sum = share * (params.activity_l1 * sign(h) + 2.0 * params.activity_l2 * h);
      }
    }
    let at = (step_at + step) * params.num_outputs;
    var weight = own + params.weight_at + columns;
    for (var k = 0u; k < params.num_outputs; k++) {
      sum += outputs[at + k] * vec4f(
        parameters[weight.x],
        parameters[weight.y],
        parameters[weight.z],
        parameters[weight.w],
      );
      weight += vec4u(n);
    }
    let to = (step_at + step) * n + unit;
    state_gradients[to] = sum.x;
    if (unit + 1u < n) { state_gradients[to + 1u] = sum.y; }
    if (unit + 2u < n) { state_gradients[to + 2u] = sum.z; }
    if (unit + 3u < n) { state_gradients[to + 3u] = sum.w; }
  }
}
