// Weight matrices as panels of eight columns: one thread copies half a panel's columns at one inner index.

override THREADS: u32 = 32u;

struct Params {
  num_models: u32,
  num_parameters: u32,
  num_panels: u32,
  at: u32,
  to: u32,
  blocks: u32,
  columns: u32,
  inner: u32,
  step_block: u32,
  step_column: u32,
  step_inner: u32,
}

@group(0) @binding(0) var<uniform> u: Params;
@group(0) @binding(1) var<storage, read> parameters: array<f32>;
@group(0) @binding(2) var<storage, read_write> panels: array<vec4f>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let across = (u.columns + 7u) / 8u;
  let per_model = u.blocks * across * u.inner * 2u;
  let item = (group.y * groups.x + group.x) * THREADS + thread;
  if (item >= u.num_models * per_model) { return; }
  let m = item / per_model;
  let place = item % per_model;
  let k = (place / 2u) % u.inner;
  let panel = place / (2u * u.inner);
  let column = 8u * (panel % across) + 4u * (place % 2u);
  let first = m * u.num_parameters + u.at + panel / across * u.step_block + k * u.step_inner;
  var values = vec4f();
  for (var lane = 0u; lane < 4u; lane++) {
    if (column + lane < u.columns) { values[lane] = parameters[first + (column + lane) * u.step_column]; }
  }
  panels[(m * u.num_panels + u.to) / 4u + place] = values;
}
