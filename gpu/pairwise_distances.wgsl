// Euclidean distances, squared or not, between all rows of X and all rows of Y, for many pairs of matrices. A tile of 8 × 8
// distances stays in registers. Differences are squared and summed, for |x|² + |y|² − 2x·y would lose near rows.
// Columns from `inner` to the end of the strides must be zeros in both.

#import "shared/pair_tiles"

struct Params { num_problems: u32, num_tiles: u32, squared: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> problems: array<u32>;
@group(0) @binding(2) var<storage, read> left: array<vec4f>;
@group(0) @binding(3) var<storage, read> right: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

override THREADS: u32 = 8u;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = (group.y * groups.x + group.x) * THREADS + thread;
  if (tile >= params.num_tiles) { return; }
  let p = problem_of(tile, params.num_problems);
  let at = corner_of(tile, p);
  var t = Tile();
  // Rows beyond the last are the last once more, for nobody.
  let x = p.left / 4u;
  let y = p.right / 4u;
  let row_x = p.left_stride / 4u;
  let row_y = p.right_stride / 4u;
  let last_x = p.rows - 1u;
  let last_y = p.columns - 1u;
  for (var k = 0u; k < (p.inner + 3u) / 4u; k++) {
    let y0 = right[y + min(at.y, last_y) * row_y + k];
    let y1 = right[y + min(at.y + 1u, last_y) * row_y + k];
    let y2 = right[y + min(at.y + 2u, last_y) * row_y + k];
    let y3 = right[y + min(at.y + 3u, last_y) * row_y + k];
    let y4 = right[y + min(at.y + 4u, last_y) * row_y + k];
    let y5 = right[y + min(at.y + 5u, last_y) * row_y + k];
    let y6 = right[y + min(at.y + 6u, last_y) * row_y + k];
    let y7 = right[y + min(at.y + 7u, last_y) * row_y + k];
    let low = transpose(mat4x4f(y0, y1, y2, y3));
    let high = transpose(mat4x4f(y4, y5, y6, y7));
    let x0 = left[x + min(at.x, last_x) * row_x + k];
    t.l0 = add_squares(t.l0, x0, low);
    t.h0 = add_squares(t.h0, x0, high);
    let x1 = left[x + min(at.x + 1u, last_x) * row_x + k];
    t.l1 = add_squares(t.l1, x1, low);
    t.h1 = add_squares(t.h1, x1, high);
    let x2 = left[x + min(at.x + 2u, last_x) * row_x + k];
    t.l2 = add_squares(t.l2, x2, low);
    t.h2 = add_squares(t.h2, x2, high);
    let x3 = left[x + min(at.x + 3u, last_x) * row_x + k];
    t.l3 = add_squares(t.l3, x3, low);
    t.h3 = add_squares(t.h3, x3, high);
    let x4 = left[x + min(at.x + 4u, last_x) * row_x + k];
    t.l4 = add_squares(t.l4, x4, low);
    t.h4 = add_squares(t.h4, x4, high);
    let x5 = left[x + min(at.x + 5u, last_x) * row_x + k];
    t.l5 = add_squares(t.l5, x5, low);
    t.h5 = add_squares(t.h5, x5, high);
    let x6 = left[x + min(at.x + 6u, last_x) * row_x + k];
    t.l6 = add_squares(t.l6, x6, low);
    t.h6 = add_squares(t.h6, x6, high);
    let x7 = left[x + min(at.x + 7u, last_x) * row_x + k];
    t.l7 = add_squares(t.l7, x7, low);
    t.h7 = add_squares(t.h7, x7, high);
  }
  if (params.squared == 0u) {
    t = Tile(
      sqrt(t.l0), sqrt(t.l1), sqrt(t.l2), sqrt(t.l3), sqrt(t.l4), sqrt(t.l5), sqrt(t.l6), sqrt(t.l7),
      sqrt(t.h0), sqrt(t.h1), sqrt(t.h2), sqrt(t.h3), sqrt(t.h4), sqrt(t.h5), sqrt(t.h6), sqrt(t.h7),
    );
  }
  put_tile(p, at, t);
}

/** Adds the squares of four coordinates of x against four rows of Y, whose coordinates are the columns of `y`. */
fn add_squares(sum: vec4f, x: vec4f, y: mat4x4f) -> vec4f {
  let a = x.x - y[0];
  let b = x.y - y[1];
  let c = x.z - y[2];
  let d = x.w - y[3];
  return sum + a * a + b * b + c * c + d * d;
}
