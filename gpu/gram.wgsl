// Products AᵀB for many pairs of matrices with as many rows: Gram matrices (A = B, only half computed) and
// cross-covariances. A tile of 8 × 8 entries stays in registers while the rows go by.
// The rows of a problem are cut into at most 16 slices, by its shape alone; each is summed in order, then the slices in
// order: the same sum whether one thread takes all slices (LANES 1) or each has a thread of its own (LANES 16).

#import "shared/pair_tiles"

struct Params { num_problems: u32, num_tiles: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> problems: array<u32>;
@group(0) @binding(2) var<storage, read> left: array<vec4f>;
@group(0) @binding(3) var<storage, read> right: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

override THREADS: u32 = 8u;
override LANES: u32 = 1u;

/** The 16 vectors of a tile for each of up to 64 threads. */
var<workgroup> slices: array<vec4f, 1024>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let wanted = (group.y * groups.x + group.x) * (THREADS / LANES) + thread / LANES;
  let tile = min(wanted, params.num_tiles - 1u);
  let p = problem_of(tile, params.num_problems);
  let at = corner_of(tile, p);
  let num_slices = (p.inner + p.slice - 1u) / p.slice;
  if (LANES == 1u) {
    if (wanted > tile) { return; }
    var total = sum_of_slice(p, at, 0u);
    for (var s = 1u; s < num_slices; s++) { total = add(total, sum_of_slice(p, at, s)); }
    put_tile(p, at, total);
    return;
  }
  let lane = thread % LANES;
  let t = sum_of_slice(p, at, lane);
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
  if (wanted > tile) { return; }
  // Each of the 16 threads of a tile sums one of its 16 vectors.
  let first = 16u * (thread - lane) + lane;
  var total = slices[first];
  for (var s = 1u; s < num_slices; s++) { total += slices[first + 16u * s]; }
  put(p, at.x + lane / 2u, at.y + 4u * (lane % 2u), total);
}

fn sum_of_slice(p: Problem, at: vec2u, slice: u32) -> Tile {
  var t = Tile();
  let rows_left = p.left_stride / 4u;
  let rows_right = p.right_stride / 4u;
  let from_row = min(p.inner, slice * p.slice);
  var a = p.left / 4u + from_row * rows_left + at.x / 4u;
  var b = p.right / 4u + from_row * rows_right + at.y / 4u;
  // Where a tile hangs over the end of the rows, its second vector is the first once more, for nobody.
  let second_a = select(0u, 1u, at.x / 4u + 1u < rows_left);
  let second_b = select(0u, 1u, at.y / 4u + 1u < rows_right);
  for (var row = from_row; row < min(p.inner, from_row + p.slice); row++) {
    t = add_outer(t, left[a], left[a + second_a], right[b], right[b + second_b]);
    a += rows_left;
    b += rows_right;
  }
  return t;
}

fn add(t: Tile, u: Tile) -> Tile {
  return Tile(
    t.l0 + u.l0, t.l1 + u.l1, t.l2 + u.l2, t.l3 + u.l3, t.l4 + u.l4, t.l5 + u.l5, t.l6 + u.l6, t.l7 + u.l7,
    t.h0 + u.h0, t.h1 + u.h1, t.h2 + u.h2, t.h3 + u.h3, t.h4 + u.h4, t.h5 + u.h5, t.h6 + u.h6, t.h7 + u.h7,
  );
}
