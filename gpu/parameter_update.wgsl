// One update of the parameters of many models: a workgroup for each segment of a tensor of each model. All workgroups of
// a model add up its segments' sums in the same order. See parameter_update.ts.

struct Params {
  num_models: u32,
  num_parameters: u32,
  num_tensors: u32,
  num_segments: u32,
  num_moments: u32,
  constrained: u32,
  step: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> tensors: array<vec4u>;
@group(0) @binding(2) var<storage, read> trainable: array<u32>;
@group(0) @binding(3) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(4) var<storage, read> gradients: array<f32>;
@group(0) @binding(5) var<storage, read> constraints: array<f32>;
@group(0) @binding(6) var<storage, read> sums: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> steps: array<f32>;
@group(0) @binding(8) var<storage, read_write> moments: array<f32>;

const segment_length = 2048u;
const threads = 64u;
const row_length = 20u;
const amsgrad = 2u;
const sgd = 3u;

/// Of each thread's tensors: value of the penalties, and square of the gradients' norm.
var<workgroup> shares: array<vec2f, threads>;
/// What gradients are multiplied by.
var<workgroup> factor: f32;

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) me: u32,
) {
  let place = group.y * groups.x + group.x;
  let is_mine = place < params.num_models * params.num_segments;
  let model = select(0u, place / params.num_segments, is_mine);
  let segment = place % params.num_segments;
  let row = row_length * (params.step * params.num_models + model);
  let l1 = steps[row + 11u];
  let norms = steps[row + 12u];
  let squares = steps[row + 13u];

  var share = vec2f();
  for (var t = me; t < params.num_tensors; t += threads) {
    let total = total_of(model, tensors[t]);
    let pull = pull_of(total.low.y, norms, squares);
    share.x += l1 * total.low.x + norms * sqrt(total.low.y) + squares * total.low.y;
    if (trainable[model * params.num_tensors + t] != 0u) {
      share.y += max(
        0.0,
        total.low.z + pull * (2.0 * total.low.w + pull * total.low.y) +
          l1 * (2.0 * total.high.x + 2.0 * pull * total.low.x + l1 * total.high.y),
      );
    }
  }
  shares[me] = share;
  workgroupBarrier();
  if (me == 0u) {
    var sum = vec2f();
    for (var i = 0u; i < threads; i++) { sum += shares[i]; }
    let norm = sqrt(sum.y);
    let most = steps[row + 9u];
    factor = 1.0;
    if (most > 0.0) { factor = min(1.0, most / (norm + 1e-6)); }
    if (is_mine && segment == 0u) {
      steps[row + 16u] = sum.x;
      steps[row + 17u] = norm;
      steps[row + 18u] = factor;
      steps[row + 19u] = 0.0;
    }
  }
  workgroupBarrier();

  var tensor = params.num_tensors - 1u;
  while (tensor > 0u && tensors[tensor].z > segment) { tensor--; }
  let entry = tensors[tensor];
  let kind = u32(steps[row]);
  if (!is_mine || kind == 0u || trainable[model * params.num_tensors + tensor] == 0u) { return; }
  let done = (segment - entry.z) * segment_length;
  let count = min(segment_length, entry.y - done);
  let first = entry.x + done;
  let at = model * params.num_parameters + first;
  let codes_at = select(first, at, params.constrained == 2u);
  let moment = model * params.num_moments * params.num_parameters + first;
  let pull = pull_of(total_of(model, entry).low.y, norms, squares);
  let rate = steps[row + 1u];
  let inverse_root = steps[row + 2u];
  let epsilon = steps[row + 3u];
  let beta1 = steps[row + 4u];
  let rest1 = steps[row + 5u];
  let beta2 = steps[row + 6u];
  let rest2 = steps[row + 7u];
  let decay = steps[row + 8u];
  let most = steps[row + 10u];
  for (var i = me; i < count; i += threads) {
    var code = 0.0;
    if (params.constrained > 0u) { code = constraints[codes_at + i]; }
    let p = parameters[at + i];
    var g = (gradients[at + i] + (pull * p + l1 * sign(p))) * factor;
    if (code == 3.0) { g = 0.0; }
    if (most > 0.0) { g = clamp(g, -most, most); }
    g += decay * p;
    var after = p;
    if (kind >= sgd) {
      let velocity = beta1 * moments[moment + i] + g;
      moments[moment + i] = velocity;
      after = p - rate * select(g + beta1 * velocity, velocity, kind == sgd);
    } else {
      let second = moment + params.num_parameters + i;
      let one = beta1 * moments[moment + i] + rest1 * g;
      let two = beta2 * moments[second] + rest2 * g * g;
      moments[moment + i] = one;
      moments[second] = two;
      var largest = two;
      if (kind == amsgrad) {
        largest = max(moments[second + params.num_parameters], two);
        moments[second + params.num_parameters] = largest;
      }
      after = p - rate * one / (sqrt(largest) * inverse_root + epsilon);
    }
    parameters[at + i] = held(after, code);
  }
}

struct Total { low: vec4f, high: vec4f }

/// Sums over the segments of a tensor.
fn total_of(model: u32, entry: vec4u) -> Total {
  var total = Total();
  let start = 2u * (model * params.num_segments + entry.z);
  let count = (entry.y + segment_length - 1u) / segment_length;
  for (var k = 0u; k < count; k++) {
    total.low += sums[start + 2u * k];
    total.high += sums[start + 2u * k + 1u];
  }
  return total;
}

/// What p is multiplied by in the gradient of penalties on norms and squares.
fn pull_of(square: f32, norms: f32, squares: f32) -> f32 {
  var pull = 2.0 * squares;
  if (square > 0.0) { pull += norms / sqrt(square); }
  return pull;
}

/// Constraints: 1 and -1 stop at zero, 2 and -2 reflect, 3 and 4 are zero.
fn held(p: f32, code: f32) -> f32 {
  if (code >= 3.0) { return 0.0; }
  if (code == 2.0) { return abs(p); }
  if (code == -2.0) { return -abs(p); }
  if (code == 1.0) { return max(0.0, p); }
  if (code == -1.0) { return min(0.0, p); }
  return p;
}
