// Doubles as protobuf has them: eight bytes, little-endian.

const NAN_LOW = 1;
const NAN_HIGH = 0x7ff80000;

/** Writes `value`; every NaN as the ordinary one, so that none can be a staleness marker. Returns where the next byte goes. */
export function writeDouble(view: DataView, at: number, value: number): number {
  if (Number.isNaN(value)) writeOrdinaryNaN(view, at);
  else view.setFloat64(at, value, true);
  return at + 8;
}

/** Replaces every NaN among the doubles in `[start, end)` by the ordinary one. */
export function settleNaNs(view: DataView, start: number, end: number): void {
  for (let at = start; at < end; at += 8) {
    if (Number.isNaN(view.getFloat64(at, true))) writeOrdinaryNaN(view, at);
  }
}

function writeOrdinaryNaN(view: DataView, at: number): void {
  view.setUint32(at, NAN_LOW, true);
  view.setUint32(at + 4, NAN_HIGH, true);
}
