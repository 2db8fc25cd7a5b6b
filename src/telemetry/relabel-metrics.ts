// What relabeling rules take out of pushes, counted once for each push that loses something.
import { Counter, type Registry } from 'prom-client';
import type { RelabelDrops } from './events.ts';

const REASONS = { rule: 'rule', noName: 'no_name', duplicate: 'duplicate', tooLarge: 'too_large' } as const;
const KINDS = Object.keys(REASONS) as (keyof RelabelDrops)[];
/** For the others a push is refused. */
const PUSH_KINDS = ['rule', 'noName'] as const;

export class RelabelMetrics {
  readonly #backends;
  readonly #pushes;

  constructor(registry: Registry, backends: readonly string[]) {
    this.#backends = new Counter({
      name: 'sluice_samples_relabel_dropped_total',
      help: 'Samples of accepted pushes that the backend is not sent, because of its writeRelabelConfigs.',
      labelNames: ['backend', 'reason'],
      registers: [registry],
    });
    this.#pushes = new Counter({
      name: 'sluice_push_samples_relabel_dropped_total',
      help: 'Samples that metricRelabelConfigs took out of pushes.',
      labelNames: ['reason'],
      registers: [registry],
    });
    for (const kind of PUSH_KINDS) this.#pushes.inc({ reason: REASONS[kind] }, 0);
    for (const backend of backends)
      for (const kind of KINDS) this.#backends.inc({ backend, reason: REASONS[kind] }, 0);
  }

  dropped(backend: string, drops: RelabelDrops): void {
    for (const kind of KINDS)
      if (drops[kind] > 0) this.#backends.inc({ backend, reason: REASONS[kind] }, drops[kind]);
  }

  pushDropped(drops: RelabelDrops): void {
    for (const kind of PUSH_KINDS)
      if (drops[kind] > 0) this.#pushes.inc({ reason: REASONS[kind] }, drops[kind]);
  }
}
