// One file of a tar archive, as npm packs its packages: ustar headers, names that fit into one.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06

const BLOCK = 512;

/** Throws if the archive does not have it. */
export function fileOfTar(archive: Buffer, path: string): Buffer {
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const size = Number.parseInt(text(archive, at + 124, 12), 8) || 0;
    const name = text(archive, at, 100);
    const prefix = text(archive, at + 345, 155);
    const body = at + BLOCK;
    if ((prefix === '' ? name : `${prefix}/${name}`) === path) return archive.subarray(body, body + size);
    at = body + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new RangeError(`Cannot read the archive: expected ${path} in it, found none`);
}

function text(archive: Buffer, at: number, length: number): string {
  const field = archive.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('latin1', 0, end < 0 ? length : end).trim();
}
