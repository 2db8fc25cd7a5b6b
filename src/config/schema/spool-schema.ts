// `spool`: the directory for pushes that are accepted and not delivered yet, its size, and what depends on it: without a spool
// no push can be stored.
import type * as z from 'zod';
import { fieldsOf, refuse } from './cross-checks.ts';
import { mapping } from './mapping.ts';
import { size } from './quantities.ts';
import { filePathSchema } from './text-schemas.ts';

/** A relative directory is taken from `folder`. */
export function spoolSchema(folder: string) {
  return mapping({
    directory: filePathSchema(folder).describe('A directory of its own. Sluice makes it if it is missing.'),
    maxSize: size({ min: '16MiB', max: '1TiB' })
      .prefault('1GiB')
      .describe('When this much is on disk, pushes that have to be stored get 503.'),
  });
}

export function checkAcknowledge(config: unknown, context: z.core.$RefinementCtx<unknown>): void {
  const { push, spool } = fieldsOf(config);
  const { acknowledge } = fieldsOf(fieldsOf(push).pushgateway);
  if (acknowledge !== 'stored' || spool !== undefined) return;
  refuse(context, ['push', 'pushgateway', 'acknowledge'], 'a spool for stored (spool.directory)', 'none');
}

interface Acknowledging<Pushgateway> {
  readonly push: { readonly pushgateway: Pushgateway };
  readonly spool?: unknown;
}

/** Fills in the level if none is configured. */
export function withAcknowledge<
  Pushgateway extends { readonly acknowledge?: 'queued' | 'stored' | 'delivered' },
  Checked extends Acknowledging<Pushgateway>,
>(config: Checked & Acknowledging<Pushgateway>) {
  const { pushgateway } = config.push;
  const acknowledge = pushgateway.acknowledge ?? (config.spool === undefined ? 'queued' : 'stored');
  return { ...config, push: { pushgateway: { ...pushgateway, acknowledge } } };
}
