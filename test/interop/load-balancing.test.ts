// Two Sluices behind real load balancers with the files of deploy/load-balancing: each group has one Sluice, order holds,
// and a push that was acknowledged survives what a rollout and a crash do.
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished } from 'vitest';
import { sendPush } from '../support/http-client.ts';
import { metricValue } from '../support/metric-value.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { type BalancerName, startBalancer } from './support/balancer.ts';
import { curl } from './support/curl.ts';
import { findBalancer } from './support/find-balancer.ts';
import { itAfter } from './support/it-after.ts';
import { Prometheus } from './support/prometheus.ts';
import { startRecordingServer } from './support/recording-server.ts';
import { type Replica, startTwo } from './support/replica.ts';
import type { StoredSeries } from './support/stored-series.ts';

const GROUPS = 200;
const target = (group: number) => `/pushgateway/metrics/job/nightly/instance/i${group}`;

/** Runs `push` for each group in turn, for several groups at one time. */
async function pushEach(count: number, push: (group: number) => Promise<void>): Promise<void> {
  let next = 0;
  const run = async () => {
    for (let group = next++; group < count; group = next++) await push(group);
  };
  await Promise.all(Array.from({ length: 8 }, run));
}

function storedSamples(prometheus: Prometheus, count: number): Promise<readonly StoredSeries[]> {
  return waitForValue(
    () => prometheus.stored('numbered'),
    (found) => found.reduce((sum, { samples }) => sum + samples.length, 0) >= count,
    `${count} samples`,
  );
}

const accepted = async ({ sluice }: Replica) =>
  metricValue(await sluice.metrics(), 'sluice_pushes_total{status="202",reason="accepted"}');

describe.each<BalancerName>(['haproxy', 'nginx', 'envoy'])('%s', (name) => {
  let path = '';
  const it = itAfter(async () => {
    path = await findBalancer(name);
  });
  const start = (ports: readonly [number, number]) => startBalancer(name, path, ports);

  it('gives each group to one Sluice, about half of them to each, and order holds', async () => {
    const prometheus = await Prometheus.start();
    const [a, b] = await startTwo({ url: prometheus.writeUrl });
    const { address } = await start([a.port, b.port]);
    for (let round = 1; round <= 5; round++) {
      await pushEach(GROUPS, async (group) => {
        // The query is no part of the grouping key.
        const push = { target: `${target(group)}?round=${round}` };
        expect((await sendPush(address, `numbered ${round}\n`, push)).status).toBe(202);
      });
    }
    const stored = await storedSamples(prometheus, 5 * GROUPS);
    expect(stored).toHaveLength(GROUPS);
    expect(new Set(stored.map(({ labels }) => labels.instance)).size).toBe(GROUPS);
    for (const { samples } of stored) expect(samples.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5]);
    expect(await prometheus.rejections()).toEqual([]);
    const [ofA, ofB] = [await accepted(a), await accepted(b)];
    expect(ofA + ofB).toBe(5 * GROUPS);
    expect(Math.min(ofA, ofB)).toBeGreaterThan((5 * GROUPS) / 4);
  });

  it('hands on target, headers and body byte by byte', async () => {
    const servers = await Promise.all([startRecordingServer(), startRecordingServer()]);
    const { address } = await start([servers[0].port, servers[1].port]);
    const takenBy = () => servers.flatMap(({ pushes }) => pushes);
    const body = gzipSync(randomBytes(3000));
    const targets = [
      '/pushgateway/metrics/job/a%2Fb/instance/x%20y',
      '/pushgateway/metrics/job@base64/YS9i/instance@base64/=',
      '/pushgateway//metrics/job/doubled//',
      '/pushgateway/metrics/job/a/path/%2e%2e/./..x',
      '/pushgateway/metrics/job/plus+tilde~%C3%BC%e2%82%ac',
      '/pushgateway/metrics/job/a?x=%2F&y=//',
    ];
    for (const method of ['PUT', 'POST'] as const) {
      for (const sent of targets) {
        const headers = {
          'content-encoding': 'gzip',
          'content-type': 'text/plain; version=0.0.4',
          prefer: 'wait=1',
        };
        expect((await sendPush(address, body, { target: sent, method, headers })).status).toBe(202);
        const taken = takenBy().find((push) => push.target === sent && push.method === method);
        expect(taken, `${method} ${sent} among ${takenBy().map((push) => push.target)}`).toBeDefined();
        expect(taken!.headers).toMatchObject(headers);
        expect(taken!.body.equals(body)).toBe(true);
      }
    }
  });

  it('hands on chunked, large and announced bodies', async () => {
    const servers = await Promise.all([startRecordingServer(), startRecordingServer()]);
    const { address } = await start([servers[0].port, servers[1].port]);
    const url = `http://${address}${target(1)}`;
    const body = randomBytes(5_000_000);
    for (const header of ['Transfer-Encoding: chunked', 'Expect: 100-continue']) {
      const { status } = await curl(
        ['--request', 'PUT', '--data-binary', '@-', '--header', header, url],
        body,
      );
      expect(status).toBe(202);
    }
    const taken = servers.flatMap(({ pushes }) => pushes);
    expect(taken.map((push) => push.body.equals(body))).toEqual([true, true]);
  });

  it('loses no push while one Sluice after the other stops and starts again', async () => {
    const prometheus = await Prometheus.start();
    // Longer than the health checks of the balancers take to notice.
    const replicas = await startTwo({ url: prometheus.writeUrl, shutdownDelay: '4s' });
    const { address } = await start([replicas[0].port, replicas[1].port]);
    const refused: unknown[] = [];
    let pushed = 0;
    let isOver = false;
    onTestFinished(() => {
      isOver = true;
    });
    // Each group by one of them, in turn with others: of so many, both Sluice have some.
    const PUSHERS = 8;
    const pushing = pushEach(PUSHERS, async (pusher) => {
      for (let i = 0; !isOver; i++) {
        const group = pusher + PUSHERS * (i % 5);
        const { status, text } = await sendPush(address, `numbered ${i}\n`, {
          target: target(group),
        }).catch((error: unknown) => ({ status: 0, text: String(error) }));
        if (status === 202) pushed++;
        else refused.push([status, text]);
      }
    });
    for (const replica of replicas) {
      const before = pushed;
      await waitForValue(
        async () => pushed,
        (count) => count > before + 100,
        'pushes before the stop',
      );
      expect(await replica.sluice.stop()).toBe(0);
      await replica.startAgain();
      // Its groups come back to it.
      await waitForValue(
        () => accepted(replica),
        (count) => count > 20,
        'pushes after the start',
        30_000,
      );
    }
    isOver = true;
    await pushing;
    expect(refused).toEqual([]);
    const stored = await storedSamples(prometheus, pushed);
    expect(stored.reduce((sum, { samples }) => sum + samples.length, 0)).toBe(pushed);
  });

  it('moves the groups of a Sluice that was killed, and what that one had stored arrives when it is back', async () => {
    const prometheus = await Prometheus.start();
    const slow = { batchSendDeadline: '30s' };
    const [a, b] = await startTwo({ url: prometheus.writeUrl, hasSpool: true, queueConfig: slow });
    const { address } = await start([a.port, b.port]);
    const acknowledged = new Set<string>();
    const push = async (group: number, value: number) => {
      const { status } = await sendPush(address, `numbered ${value}\n`, { target: target(group) }).catch(
        () => ({ status: 0 }),
      );
      if (status === 202) acknowledged.add(`i${group} ${value}`);
      else expect([0, 502, 503, 504]).toContain(status);
      return status === 202;
    };
    await pushEach(40, async (group) => void (await push(group, 1)));
    expect(acknowledged.size).toBe(40);
    const ofA = await accepted(a);
    await a.sluice.stop('SIGKILL');
    await pushEach(40, async (group) => void (await push(group, 2)));
    // In the end every group is taken by the other one.
    await pushEach(40, (group) =>
      waitForValue(() => push(group, 3), Boolean, 'a push that is taken').then(() => undefined),
    );
    await a.startAgain();
    const isBack = async () => {
      await pushEach(40, async (group) => void (await push(group, 4)));
      return accepted(a);
    };
    await waitForValue(isBack, (count) => count >= ofA, 'its groups back', 30_000);
    for (const { sluice } of [a, b]) expect(await sluice.stop()).toBe(0);
    const stored = await prometheus.stored('numbered');
    const arrived = new Set(
      stored.flatMap(({ labels, samples }) => samples.map(({ value }) => `${labels.instance} ${value}`)),
    );
    expect([...acknowledged].filter((push) => !arrived.has(push))).toEqual([]);
  });
});
