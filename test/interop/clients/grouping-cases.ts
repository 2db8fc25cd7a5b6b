// The grouping keys that every client is asked to push, and what has to become of them.
import type { GroupingCase, PushClient } from './push-client.ts';

export type Grouping = Readonly<Record<string, string>>;

export const GROUPINGS: Readonly<Record<GroupingCase, Grouping>> = {
  plain: { instance: 'i1' },
  slash: { path: '/var/tmp' },
  space: { title: 'a b' },
  plus: { version: '1.0+build5' },
  utf8: { city: 'Malmö' },
  empty: { instance: 'i1', zone: '' },
};

/** The labels that the series of such a push must carry: an empty value is no label. */
export function storedGrouping(client: PushClient, grouping: GroupingCase): Grouping {
  const labels = Object.entries(GROUPINGS[grouping]).filter(([, value]) => value !== '');
  // Such a client writes "+" for a space and "%2B" for a plus. Sluice keeps a plus, as Pushgateway does.
  const asSent = (value: string) => (client.sendsSpaceAsPlus === true ? value.replaceAll(' ', '+') : value);
  return Object.fromEntries(labels.map(([name, value]) => [name, asSent(value)]));
}
