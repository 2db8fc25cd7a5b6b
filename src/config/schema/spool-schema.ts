// `spool`: the directory for what is accepted and not delivered yet, and how much of it there may be.
import { filePathSchema } from './file-path-schema.ts';
import { mapping } from './mapping.ts';
import { size } from './quantities.ts';

/** A relative directory is taken from `folder`. */
export function spoolSchema(folder: string) {
  return mapping({
    directory: filePathSchema(folder).describe('A directory of its own. Sluice makes it if it is missing.'),
    maxSize: size({ min: '16MiB', max: '1TiB' })
      .prefault('1GiB')
      .describe('When this much is on disk, pushes that have to be stored get 503.'),
  });
}
