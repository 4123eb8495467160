// Sums of outer products over rows and steps: a tile of 8 × 8 results for each thread, or for LANES of them, each with a
// slice of the rows. Rows are cut into 16 slices by their number alone; each is summed in order, then the slices in order:
// the same sum whether one thread takes all of them or each has a thread of its own.

struct Params {
  num_models: u32,
  num_rows: u32,
  first_row: u32,
  end_row: u32,
  result_stride: u32,
  result_at: u32,
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
@group(0) @binding(4) var<storage, read_write> result: array<f32>;
/** For processors. */
@group(0) @binding(5) var<storage, read_write> scratch: array<f32>;

override THREADS: u32 = 8u;
override LANES: u32 = 1u;

/** The 16 vectors of a tile for each of up to 64 threads. */
var<workgroup> slices: array<vec4f, 1024>;

struct Tile {
  l0: vec4f, l1: vec4f, l2: vec4f, l3: vec4f, l4: vec4f, l5: vec4f, l6: vec4f, l7: vec4f,
  h0: vec4f, h1: vec4f, h2: vec4f, h3: vec4f, h4: vec4f, h5: vec4f, h6: vec4f, h7: vec4f,
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let model = group.y;
  let across = max(1u, (params.num_right + 7u) / 8u);
  let tiles = (params.num_left + 7u) / 8u * across;
  let wanted = group.x * (THREADS / LANES) + thread / LANES;
  let index = min(wanted, tiles - 1u);
  let at = 8u * vec2u(index / across, index % across);
  if (LANES == 1u) {
    if (wanted > index) { return; }
    var total = sum_of_slice(model, at, 0u);
    for (var s = 1u; s < 16u; s++) { total = add(total, sum_of_slice(model, at, s)); }
    let sums = array<vec4f, 16>(
      total.l0, total.h0, total.l1, total.h1, total.l2, total.h2, total.l3, total.h3,
      total.l4, total.h4, total.l5, total.h5, total.l6, total.h6, total.l7, total.h7,
    );
    for (var i = 0u; i < 16u; i++) { put(model, at.x + i / 2u, at.y + 4u * (i % 2u), sums[i]); }
    return;
  }
  let lane = thread % LANES;
  let t = sum_of_slice(model, at, lane);
  let mine = 16u * thread;
  slices[mine] = t.l0;
  slices[mine + 1u] = t.h0;
  slices[mine + 2u] = t.l1;
  slices[mine + 3u] = t.h1;
  slices[mine + 4u] = t.l2;
  slices[mine + 5u] = t.h2;
  slices[mine + 6u] = t.l3;
  slices[mine + 7u] = t.h3;
  slices[mine + 8u] = t.l4;
  slices[mine + 9u] = t.h4;
  slices[mine + 10u] = t.l5;
  slices[mine + 11u] = t.h5;
  slices[mine + 12u] = t.l6;
  slices[mine + 13u] = t.h6;
  slices[mine + 14u] = t.l7;
  slices[mine + 15u] = t.h7;
  workgroupBarrier();
  if (wanted > index) { return; }
  // Each of the 16 threads of a tile sums one of its 16 vectors.
  let first = 16u * (thread - lane) + lane;
  var total = slices[first];
  for (var s = 1u; s < 16u; s++) { total += slices[first + 16u * s]; }
  put(model, at.x + lane / 2u, at.y + 4u * (lane % 2u), total);
}

fn sum_of_slice(model: u32, at: vec2u, slice: u32) -> Tile {
  var t = Tile();
  let slot = slots[2u * model];
  let steps = slots[2u * model + 1u];
  let rows = params.end_row - params.first_row;
  let from_row = params.first_row + slice * rows / 16u;
  let to_row = params.first_row + (slice + 1u) * rows / 16u;
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

fn add(t: Tile, u: Tile) -> Tile {
  return Tile(
    t.l0 + u.l0, t.l1 + u.l1, t.l2 + u.l2, t.l3 + u.l3, t.l4 + u.l4, t.l5 + u.l5, t.l6 + u.l6, t.l7 + u.l7,
    t.h0 + u.h0, t.h1 + u.h1, t.h2 + u.h2, t.h3 + u.h3, t.h4 + u.h4, t.h5 + u.h5, t.h6 + u.h6, t.h7 + u.h7,
  );
}

/** Writes four results of a row, those that exist. */
fn put(model: u32, i: u32, j: u32, sums: vec4f) {
  let columns = max(1u, params.num_right);
  if (i >= params.num_left) { return; }
  let to = model * params.result_stride + params.result_at + i * columns;
  for (var lane = 0u; lane < 4u; lane++) {
    if (j + lane >= columns) { return; }
    var sum = sums[lane];
    if (params.first_row > 0u) { sum += result[to + j + lane]; }
    result[to + j + lane] = sum;
  }
}
