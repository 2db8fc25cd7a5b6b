// The Compose file: its variables are those that Sluice knows and make a configuration, and the container is locked down.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { configFromEnvironment } from '../../src/config/environment-config.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment-variables.ts';
import { readDocument } from './markdown.ts';

const { services, secrets, volumes } = parse(
  readFileSync(new URL('../../deploy/compose.yaml', import.meta.url), 'utf8'),
);
const SLUICE = services.sluice;
const BACKEND = 'https://metrics.example.com/api/v1/write';

/** As Compose fills in what the shell has. */
function environment(): Record<string, string> {
  const entries = Object.entries<string>(SLUICE.environment);
  return Object.fromEntries(entries.map(([name, value]) => [name, value.replace(/^\$\{.*\}$/, BACKEND)]));
}

it('sets variables that Sluice knows, and they make a configuration', () => {
  const known = ENVIRONMENT_VARIABLES.map(({ name }) => name);
  expect(Object.keys(environment()).filter((name) => !known.includes(name))).toEqual([]);
  const config = configFromEnvironment(environment());
  expect(config.remoteWrite[0]).toMatchObject({
    url: BACKEND,
    authorization: { credentialsFile: `/run/secrets/${Object.keys(secrets)[0]}` },
  });
  expect(config.push.pushgateway.acknowledge).toBe('stored');
});

it('gives a stop more time than Sluice takes', () => {
  const { shutdownTimeout } = configFromEnvironment(environment());
  expect(Number.parseInt(SLUICE.stop_grace_period, 10) * 1000).toBeGreaterThan(shutdownTimeout);
});

it('keeps the spool on a volume at the folder that the image has for it', () => {
  const folder = environment().SPOOL_DIRECTORY;
  expect(SLUICE.volumes).toEqual([`${Object.keys(volumes)[0]}:${folder}`]);
  expect(readDocument('Dockerfile')).toContain(`${folder?.replace(/\/[^/]*$/, '')}/\n`);
});

it('is locked down, is seen by this machine only, and is of this version', () => {
  expect(SLUICE).toMatchObject({
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    ports: ['127.0.0.1:3030:3030'],
  });
  expect(SLUICE.image).toMatch(new RegExp(`:${JSON.parse(readDocument('package.json')).version}$`));
});

it('takes its secrets from files, since Compose can put nothing else into a container that is read-only', () => {
  expect(SLUICE.secrets).toEqual(Object.keys(secrets));
  for (const secret of Object.values<object>(secrets)) expect(Object.keys(secret)).toEqual(['file']);
});
