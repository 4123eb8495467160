// Sums over parameters and gradients: a workgroup for each segment of a tensor of each model. Always 64 threads, each
// with every 64th element, whose sums are added in their order.

struct Params {
  num_models: u32,
  num_parameters: u32,
  num_tensors: u32,
  num_segments: u32,
  constrained: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> tensors: array<vec4u>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> gradients: array<f32>;
@group(0) @binding(4) var<storage, read> constraints: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;

const segment_length = 2048u;
const threads = 64u;
const absent = 3.0;

var<workgroup> partials: array<array<f32, 6>, threads>;

@compute @workgroup_size(threads)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) me: u32,
) {
  let place = group.y * groups.x + group.x;
  let is_mine = place < params.num_models * params.num_segments;
  let model = place / params.num_segments;
  let segment = place % params.num_segments;
  var tensor = params.num_tensors - 1u;
  while (tensor > 0u && tensors[tensor].z > segment) { tensor--; }
  let entry = tensors[tensor];
  let done = (segment - entry.z) * segment_length;
  let count = select(0u, min(segment_length, entry.y - done), is_mine);
  let first = entry.x + done;
  let at = model * params.num_parameters + first;
  let codes_at = select(first, at, params.constrained == 2u);
  var own = array<f32, 6>();
  for (var i = me; i < count; i += threads) {
    let p = parameters[at + i];
    var g = gradients[at + i];
    if (params.constrained > 0u) {
      if (constraints[codes_at + i] == absent) { g = 0.0; }
    }
    let s = sign(p);
    own[0] += abs(p);
    own[1] += p * p;
    own[2] += g * g;
    own[3] += g * p;
    own[4] += g * s;
    own[5] += abs(s);
  }
  partials[me] = own;
  workgroupBarrier();
  if (!is_mine || me >= 8u) { return; }
  var sum = 0.0;
  if (me < 6u) {
    for (var i = 0u; i < threads; i++) { sum += partials[i][me]; }
  }
  sums[8u * place + me] = sum;
}
