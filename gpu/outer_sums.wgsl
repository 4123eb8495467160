// Sums of outer products over the rows of a group and their steps: a tile of 8 × 8 results for each thread.

struct Params {
  num_models: u32,
  num_rows: u32,
  num_groups: u32,
  num_left: u32,
  left_by_slot: u32,
  left_steps: u32,
  left_first: u32,
  left_stride: u32,
  left_at: u32,
  num_right: u32,
  right_by_slot: u32,
  right_steps: u32,
  right_first: u32,
  right_stride: u32,
  right_at: u32,
  scratch_stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<u32>;
@group(0) @binding(2) var<storage, read> left: array<f32>;
@group(0) @binding(3) var<storage, read> right: array<f32>;
@group(0) @binding(4) var<storage, read_write> partials: array<f32>;
/** For processors. */
@group(0) @binding(5) var<storage, read_write> scratch: array<f32>;

override THREADS: u32 = 8u;

struct Tile {
  l0: vec4f, l1: vec4f, l2: vec4f, l3: vec4f, l4: vec4f, l5: vec4f, l6: vec4f, l7: vec4f,
  h0: vec4f, h1: vec4f, h2: vec4f, h3: vec4f, h4: vec4f, h5: vec4f, h6: vec4f, h7: vec4f,
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let across = max(1u, (params.num_right + 7u) / 8u);
  let tiles = (params.num_left + 7u) / 8u * across;
  let index = group.x * THREADS + thread;
  if (index >= tiles) { return; }
  let at = 8u * vec2u(index / across, index % across);
  let t = sum_of_group(group.z, at, group.y);
  let to = (group.z * params.num_groups + group.y) * params.num_left * max(1u, params.num_right);
  let sums = array<vec4f, 16>(
    t.l0, t.h0, t.l1, t.h1, t.l2, t.h2, t.l3, t.h3, t.l4, t.h4, t.l5, t.h5, t.l6, t.h6, t.l7, t.h7,
  );
  for (var i = 0u; i < 16u; i++) { put(to, at.x + i / 2u, at.y + 4u * (i % 2u), sums[i]); }
}

fn sum_of_group(model: u32, at: vec2u, group: u32) -> Tile {
  var t = Tile();
  let slot = slots[2u * model];
  let steps = slots[2u * model + 1u];
  let from_row = group * params.num_rows / params.num_groups;
  let to_row = (group + 1u) * params.num_rows / params.num_groups;
  let left_model = select(model, slot, params.left_by_slot != 0u);
  let right_model = select(model, slot, params.right_by_slot != 0u);
  // Columns beyond the last are the last once more, for nobody.
  let most_left = params.num_left - 1u;
  let most_right = max(params.num_right, 1u) - 1u;
  let i0 = min(at.x + vec4u(0u, 1u, 2u, 3u), vec4u(most_left)) + params.left_at;
  let i1 = min(at.x + vec4u(4u, 5u, 6u, 7u), vec4u(most_left)) + params.left_at;
  let j0 = min(at.y + vec4u(0u, 1u, 2u, 3u), vec4u(most_right)) + params.right_at;
  let j1 = min(at.y + vec4u(4u, 5u, 6u, 7u), vec4u(most_right)) + params.right_at;
  for (var row = from_row; row < to_row; row++) {
    var a = ((left_model * params.num_rows + row) * params.left_steps + params.left_first) * params.left_stride;
    var b = ((right_model * params.num_rows + row) * params.right_steps + params.right_first) * params.right_stride;
    for (var step = 0u; step < steps; step++) {
      let x0 = vec4f(left[a + i0.x], left[a + i0.y], left[a + i0.z], left[a + i0.w]);
      let x1 = vec4f(left[a + i1.x], left[a + i1.y], left[a + i1.z], left[a + i1.w]);
      var y0 = vec4f(1.0);
      var y1 = vec4f(1.0);
      if (params.num_right > 0u) {
        y0 = vec4f(right[b + j0.x], right[b + j0.y], right[b + j0.z], right[b + j0.w]);
        y1 = vec4f(right[b + j1.x], right[b + j1.y], right[b + j1.z], right[b + j1.w]);
      }
      t.l0 += x0.x * y0;
      t.h0 += x0.x * y1;
      t.l1 += x0.y * y0;
      t.h1 += x0.y * y1;
      t.l2 += x0.z * y0;
      t.h2 += x0.z * y1;
      t.l3 += x0.w * y0;
      t.h3 += x0.w * y1;
      t.l4 += x1.x * y0;
      t.h4 += x1.x * y1;
      t.l5 += x1.y * y0;
      t.h5 += x1.y * y1;
      t.l6 += x1.z * y0;
      t.h6 += x1.z * y1;
      t.l7 += x1.w * y0;
      t.h7 += x1.w * y1;
      a += params.left_stride;
      b += params.right_stride;
    }
  }
  return t;
}

/** Writes four results of a row, those that exist. */
fn put(to: u32, i: u32, j: u32, sums: vec4f) {
  let columns = max(1u, params.num_right);
  if (i >= params.num_left) { return; }
  for (var lane = 0u; lane < 4u; lane++) {
    if (j + lane >= columns) { return; }
    partials[to + i * columns + j + lane] = sums[lane];
  }
}
