//! shared
// The kernel `gate_panels`: weight matrices as panels of eight columns.

// @ts-ignore: decorator
@inline function uniform(args: usize, i: usize): u32 { return <u32>load<f64>(args + (i << 3), 16); }

export function gate_panels(args: usize, part: i32, num_parts: i32): void {
  const parameters = <usize>load<u32>(args), panels = <usize>load<u32>(args, 8);
  const numModels = uniform(args, 0), stride = uniform(args, 1), panelStride = uniform(args, 2);
  const at = uniform(args, 3), to = uniform(args, 4), blocks = uniform(args, 5), columns = uniform(args, 6);
  const inner = uniform(args, 7), stepBlock = uniform(args, 8), stepColumn = uniform(args, 9);
  const stepInner = <usize>uniform(args, 10) << 2;
  const across = (columns + 7) >> 3, perModel = blocks * across;
  const all = <u64>numModels * perModel;
  const end = <u32>(all * (part + 1) / num_parts);
  for (let item = <u32>(all * part / num_parts); item < end; item++) {
    const m = item / perModel, panel = item % perModel;
    const block = panel / across, first = 8 * (panel % across);
    const from = parameters + (<usize>(m * stride + at + block * stepBlock + first * stepColumn) << 2);
    const out = panels + (<usize>(m * panelStride + to + 8 * panel * inner) << 2);
    const width = min<u32>(8, columns - first);
    if (width == 8 && stepColumn == 1) {
      whole(from, stepInner, out, inner);
    } else {
      lanes(from, <usize>stepColumn << 2, stepInner, out, inner, width);
    }
  }
}

// Columns that lie side by side.
function whole(from: usize, stepInner: usize, to: usize, inner: u32): void {
  const end = to + (<usize>inner << 5);
  for (; to < end; to += 32, from += stepInner) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
  }
}

function lanes(from: usize, stepColumn: usize, stepInner: usize, to: usize, inner: u32, width: u32): void {
  const bytes = <usize>inner << 5;
  for (let lane: u32 = 0; lane < 8; lane++, to += 4, from += stepColumn) {
    if (lane < width) {
      for (let k: usize = 0, p = from; k < bytes; k += 32, p += stepInner) store<f32>(to + k, load<f32>(p));
    } else {
      for (let k: usize = 0; k < bytes; k += 32) store<f32>(to + k, 0);
    }
  }
}
