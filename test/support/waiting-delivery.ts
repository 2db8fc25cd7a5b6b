// A delivery that takes every push and lets the test say what becomes of it.

import type { OfferedPush, OfferResult, PushWaiter } from '../../src/delivery/block/offered-push.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';

export class WaitingDelivery implements Pick<Delivery, 'offer'> {
  readonly offers: OfferedPush[] = [];
  /** What the next offers get. */
  result: OfferResult = 'accepted';

  offer(push: OfferedPush): OfferResult {
    this.offers.push(push);
    return this.result;
  }

  /** The waiter of an offer; throws if it has none. */
  waiter(at = this.offers.length - 1): PushWaiter {
    const { waiter } = this.offers[at] ?? {};
    if (waiter === undefined) throw new Error(`Cannot go on: expected a waiter at offer ${at}, found none`);
    return waiter;
  }
}
