// What of a push a backend takes. Backends that take the same share one encoding of it.
import { type ClassicTwin, Twin } from '../exposition/sample-parser.ts';

export interface SendProfile {
  readonly exemplars: boolean;
  readonly nativeHistograms: boolean;
  /** Whether classic buckets go along with a native histogram; without one they always go. */
  readonly classicHistograms: boolean;
}

/** Whether a backend takes the classic series that stands to a native histogram as `twin` says. */
export function takesTwin({ nativeHistograms, classicHistograms }: SendProfile, twin: ClassicTwin): boolean {
  switch (twin) {
    case Twin.none:
      return true;
    case Twin.pushed:
      return classicHistograms || !nativeHistograms;
    case Twin.made:
      return !nativeHistograms;
  }
}

/** The profiles that differ, and for each backend the number of its one. */
export function distinctProfiles(profiles: readonly SendProfile[]): {
  readonly distinct: readonly SendProfile[];
  readonly ofBackend: readonly number[];
} {
  const distinct: SendProfile[] = [];
  const ofBackend = profiles.map((profile) => {
    const known = distinct.findIndex((other) => isSame(other, profile));
    return known >= 0 ? known : distinct.push(profile) - 1;
  });
  return { distinct, ofBackend };
}

function isSame(a: SendProfile, b: SendProfile): boolean {
  return (
    a.exemplars === b.exemplars &&
    a.nativeHistograms === b.nativeHistograms &&
    a.classicHistograms === b.classicHistograms
  );
}
