// simpleclient_pushgateway, the older Java client, which pushes text and adds a gauge ending in _created to most metrics.
import type { PushClient } from '../push-client.ts';
import { mavenProgram } from './maven-program.ts';

const PROGRAM = mavenProgram('java-simpleclient', new URL('./', import.meta.url));
const VERSION = /simpleclient_pushgateway<\/artifactId>\s*<version>([^<]+)</;

export const JAVA_SIMPLECLIENT: PushClient = {
  id: 'java-simpleclient',
  title: 'Java simpleclient_pushgateway',
  groupings: ['plain', 'slash', 'space', 'plus', 'utf8', 'empty'],
  kinds: ['counter', 'gauge', 'histogram', 'summary'],
  quantiles: { '0.5': 2, '0.9': 3 },
  sendsSpaceAsPlus: true,
  addedNames: ['clients_requests_created', 'clients_duration_seconds_created', 'clients_size_bytes_created'],
  prepare: () => PROGRAM.prepare(VERSION),
  push: ({ baseUrl, verb, job, grouping }) => {
    const pairs = Object.entries(grouping).map(([name, value]) => `${name}=${value}`);
    return PROGRAM.run([baseUrl, verb, job, ...pairs]);
  },
};
