// Who waits for pushes that a lane has left in the spool, by the positions of their records.
import type { PushTicket } from '../block/push-ticket.ts';

/** A push that is left out of here is not waited for any longer: the wait ends by its time. */
const MAX_TICKETS = 20_000;

export class LeftTickets {
  readonly #tickets = new Map<number, PushTicket>();

  keep(position: number, ticket: PushTicket): void {
    ticket.hold();
    this.#tickets.set(position, ticket);
    if (this.#tickets.size <= MAX_TICKETS) return;
    const [oldest] = this.#tickets.keys();
    this.#tickets.delete(oldest!);
  }

  /** Whoever takes it releases it. */
  take(position: number): PushTicket | undefined {
    const ticket = this.#tickets.get(position);
    this.#tickets.delete(position);
    return ticket;
  }
}
