// Adds up what groups of rows gave: one thread for each number.

override THREADS: u32 = 8u;

struct Params { num_models: u32, num_groups: u32, num: u32, result_stride: u32, result_at: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partials: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = group.x * THREADS + thread;
  if (i >= params.num) { return; }
  var at = group.y * params.num_groups * params.num + i;
  var sum = 0.0;
  for (var g = 0u; g < params.num_groups; g++) {
    sum += partials[at];
    at += params.num;
  }
  result[group.y * params.result_stride + params.result_at + i] = sum;
}
