// Which parts of a push a backend takes. Backends that take the same parts share one encoding.
import { ClassicOrigin } from '../exposition/sample-parser.ts';

export interface SendProfile {
  readonly exemplars: boolean;
  readonly nativeHistograms: boolean;
  /** Whether classic buckets are also sent if there is a native histogram. Without one they are always sent. */
  readonly classicHistograms: boolean;
}

/** Whether a backend takes the classic series with this origin. */
export function takesClassic(
  { nativeHistograms, classicHistograms }: SendProfile,
  classicOrigin: ClassicOrigin,
): boolean {
  switch (classicOrigin) {
    case ClassicOrigin.alone:
      return true;
    case ClassicOrigin.pushed:
      return classicHistograms || !nativeHistograms;
    case ClassicOrigin.derived:
      return !nativeHistograms;
  }
}

/** The different profiles, and for each backend the number of its profile. */
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
