// Products X·W for many pairs of matrices: states projected onto axes. A tile of 8 × 8 entries stays in registers; each
// entry is one sum in ascending order. The columns of X from `inner` to the end of its stride must be zeros.

#import "shared/pair_tiles"

struct Params { num_problems: u32, num_tiles: u32 }

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
  let row = p.left_stride / 4u;
  let last = p.rows - 1u;
  let x0 = p.left / 4u + at.x * row;
  let x1 = p.left / 4u + min(at.x + 1u, last) * row;
  let x2 = p.left / 4u + min(at.x + 2u, last) * row;
  let x3 = p.left / 4u + min(at.x + 3u, last) * row;
  let x4 = p.left / 4u + min(at.x + 4u, last) * row;
  let x5 = p.left / 4u + min(at.x + 5u, last) * row;
  let x6 = p.left / 4u + min(at.x + 6u, last) * row;
  let x7 = p.left / 4u + min(at.x + 7u, last) * row;
  let below = p.right_stride / 4u;
  let second = select(0u, 1u, at.y / 4u + 1u < below);
  let w = p.right / 4u + at.y / 4u;
  let bottom = w + max(p.inner, 1u) * below - below;
  for (var k = 0u; k < (p.inner + 3u) / 4u; k++) {
    let a = left[x0 + k];
    let b = left[x1 + k];
    let c = left[x2 + k];
    let d = left[x3 + k];
    let e = left[x4 + k];
    let f = left[x5 + k];
    let g = left[x6 + k];
    let h = left[x7 + k];
    // Rows of W beyond the last meet zeros in X; the last one stands for them.
    let w0 = w + 4u * k * below;
    let w1 = min(w0 + below, bottom);
    let w2 = min(w0 + 2u * below, bottom);
    let w3 = min(w0 + 3u * below, bottom);
    t = add_outer(t, vec4f(a.x, b.x, c.x, d.x), vec4f(e.x, f.x, g.x, h.x), right[w0], right[w0 + second]);
    t = add_outer(t, vec4f(a.y, b.y, c.y, d.y), vec4f(e.y, f.y, g.y, h.y), right[w1], right[w1 + second]);
    t = add_outer(t, vec4f(a.z, b.z, c.z, d.z), vec4f(e.z, f.z, g.z, h.z), right[w2], right[w2 + second]);
    t = add_outer(t, vec4f(a.w, b.w, c.w, d.w), vec4f(e.w, f.w, g.w, h.w), right[w3], right[w3 + second]);
  }
  put_tile(p, at, t);
}
