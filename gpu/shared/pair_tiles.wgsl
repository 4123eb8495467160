// Many problems on matrices in one dispatch, each cut into tiles of 8 × 8 results: which tile of which problem a thread
// has, from the table that gpu/shared/pair_tiles.ts makes. Matrices are row-major; their rows begin on whole vectors.
// The shader that imports this declares `problems: array<u32>` and `result: array<f32>`.

const FIELDS: u32 = 12u;

/** One problem. Offsets and strides are in elements. */
struct Problem {
  first_tile: u32,
  left: u32,
  right: u32,
  result: u32,
  /** What is summed over. */
  inner: u32,
  rows: u32,
  columns: u32,
  left_stride: u32,
  right_stride: u32,
  result_stride: u32,
  /** Only tiles on and above the diagonal are computed; the others are their mirror images. */
  symmetric: u32,
  /** How much of `inner` is one slice. */
  slice: u32,
}

/** The results of a tile: row k has its columns 0 to 3 in `lk` and 4 to 7 in `hk`. */
struct Tile {
  l0: vec4f, l1: vec4f, l2: vec4f, l3: vec4f, l4: vec4f, l5: vec4f, l6: vec4f, l7: vec4f,
  h0: vec4f, h1: vec4f, h2: vec4f, h3: vec4f, h4: vec4f, h5: vec4f, h6: vec4f, h7: vec4f,
}

/** The last problem whose first tile is not beyond `tile`: it has the tile, those without tiles come before it. */
fn problem_of(tile: u32, num_problems: u32) -> Problem {
  var low = 0u;
  var high = num_problems;
  while (high - low > 1u) {
    let middle = (low + high) / 2u;
    if (problems[middle * FIELDS] <= tile) { low = middle; } else { high = middle; }
  }
  let at = low * FIELDS;
  return Problem(
    problems[at], problems[at + 1u], problems[at + 2u], problems[at + 3u],
    problems[at + 4u], problems[at + 5u], problems[at + 6u], problems[at + 7u],
    problems[at + 8u], problems[at + 9u], problems[at + 10u], problems[at + 11u],
  );
}

/** First row and first column of a tile. */
fn corner_of(tile: u32, p: Problem) -> vec2u {
  let across = (p.columns + 7u) / 8u;
  var index = tile - p.first_tile;
  if (p.symmetric == 0u) { return 8u * vec2u(index / across, index % across); }
  var row = 0u;
  while (index >= across - row) {
    index -= across - row;
    row += 1u;
  }
  return 8u * vec2u(row, row + index);
}

/** Four results of a row, those that exist. */
fn put(p: Problem, row: u32, column: u32, values: vec4f) {
  if (row >= p.rows) { return; }
  for (var k = 0u; k < min(4u, p.columns - min(column, p.columns)); k++) {
    result[p.result + row * p.result_stride + column + k] = values[k];
    if (p.symmetric != 0u) { result[p.result + (column + k) * p.result_stride + row] = values[k]; }
  }
}

fn put_tile(p: Problem, at: vec2u, t: Tile) {
  put(p, at.x, at.y, t.l0);
  put(p, at.x, at.y + 4u, t.h0);
  put(p, at.x + 1u, at.y, t.l1);
  put(p, at.x + 1u, at.y + 4u, t.h1);
  put(p, at.x + 2u, at.y, t.l2);
  put(p, at.x + 2u, at.y + 4u, t.h2);
  put(p, at.x + 3u, at.y, t.l3);
  put(p, at.x + 3u, at.y + 4u, t.h3);
  put(p, at.x + 4u, at.y, t.l4);
  put(p, at.x + 4u, at.y + 4u, t.h4);
  put(p, at.x + 5u, at.y, t.l5);
  put(p, at.x + 5u, at.y + 4u, t.h5);
  put(p, at.x + 6u, at.y, t.l6);
  put(p, at.x + 6u, at.y + 4u, t.h6);
  put(p, at.x + 7u, at.y, t.l7);
  put(p, at.x + 7u, at.y + 4u, t.h7);
}

/** Adds to each row of a tile its number in `a` (rows 0 to 3 in `low`) times the row (l, h). */
fn add_outer(t: Tile, low: vec4f, high: vec4f, l: vec4f, h: vec4f) -> Tile {
  return Tile(
    t.l0 + low.x * l, t.l1 + low.y * l, t.l2 + low.z * l, t.l3 + low.w * l,
    t.l4 + high.x * l, t.l5 + high.y * l, t.l6 + high.z * l, t.l7 + high.w * l,
    t.h0 + low.x * h, t.h1 + low.y * h, t.h2 + low.z * h, t.h3 + low.w * h,
    t.h4 + high.x * h, t.h5 + high.y * h, t.h6 + high.z * h, t.h7 + high.w * h,
  );
}
