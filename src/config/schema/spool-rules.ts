// What a push waits for depends on whether there is a spool: none can be stored without one.
import type * as z from 'zod';
import { fieldsOf, refuse } from './cross-checks.ts';

export function checkAcknowledge(config: unknown, context: z.core.$RefinementCtx<unknown>): void {
  const { push, spool } = fieldsOf(config);
  const { acknowledge } = fieldsOf(fieldsOf(push).pushgateway);
  if (acknowledge !== 'stored' || spool !== undefined) return;
  refuse(context, ['push', 'pushgateway', 'acknowledge'], 'a spool beside stored (spool.directory)', 'none');
}

interface Acknowledging<Pushgateway> {
  readonly push: { readonly pushgateway: Pushgateway };
  readonly spool?: unknown;
}

/** Fills in the level where none is configured. */
export function withAcknowledge<
  Pushgateway extends { readonly acknowledge?: 'queued' | 'stored' | 'delivered' },
  Checked extends Acknowledging<Pushgateway>,
>(config: Checked & Acknowledging<Pushgateway>) {
  const { pushgateway } = config.push;
  const acknowledge = pushgateway.acknowledge ?? (config.spool === undefined ? 'queued' : 'stored');
  return { ...config, push: { pushgateway: { ...pushgateway, acknowledge } } };
}
