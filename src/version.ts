// The program's version: put in by the build, read from package.json when the sources run directly.
import { readFileSync } from 'node:fs';

declare const SLUICE_VERSION: string | undefined;

export function programVersion(): string {
  if (typeof SLUICE_VERSION === 'string') return SLUICE_VERSION;
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
