// Reads Sluice's own metrics as text.

/** The value of a series written as in the exposition, such as `sluice_queue_bytes{backend="primary"}`. */
export function metricValue(text: string, series: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  if (line === undefined) throw new Error(`Cannot read metric: expected ${series}, found no such series`);
  return Number(line.slice(series.length + 1));
}
