// Lines for a person, on standard error.

export function tell(text: string): void {
  process.stderr.write(`sluice: ${text}\n`);
}

/** Whoever reads the output may have gone before its end; that is no reason to end differently. */
export function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
