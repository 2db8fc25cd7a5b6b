// A clock that all threads of a chaos run share, so that what they saw can be put in order.

export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
