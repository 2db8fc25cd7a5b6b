// The pods of the sidecar manifests, run as plain programs in the order in which Kubernetes runs them: each container with its
// own command, environment and Secret. Only ports and backend are others.
import { describe, expect } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { freePort } from '../support/free-port.ts';
import { containerRun } from '../support/kubernetes/container-run.ts';
import { podTemplateOf, readManifests } from '../support/kubernetes/manifest.ts';
import { type PodSpec, sluiceOf } from '../support/kubernetes/pod-spec.ts';
import { RunningSluice, runSluice } from '../support/running-sluice.ts';
import type { ScriptedReceiver } from '../support/scripted-receiver.ts';
import { labelsOf } from '../support/series-text.ts';
import { waitUntil } from '../support/wait-until.ts';
import { type ProgramEnd, runProgram } from './clients/run-program.ts';
import { itWith } from './support/programs.ts';

const it = itWith('curl');
const SECRETS = { 'sluice-remote-write': { token: 'the-token\n' } };
/** The line of the script in place of the job's work. */
const WORK = '# … the work of the job …';

class Pod {
  readonly spec: PodSpec;
  readonly address: string;
  readonly #receiver: ScriptedReceiver;

  private constructor(spec: PodSpec, address: string, receiver: ScriptedReceiver) {
    this.spec = spec;
    this.address = address;
    this.#receiver = receiver;
  }

  static async of(path: string, receiver: ScriptedReceiver): Promise<Pod> {
    const [manifest] = readManifests(path);
    return new Pod(podTemplateOf(manifest!)!.spec, `127.0.0.1:${await freePort()}`, receiver);
  }

  startSluice(): Promise<RunningSluice> {
    const env = { LISTEN_ADDRESS: this.address, REMOTE_WRITE_URL: this.#receiver.url() };
    const run = containerRun(this.spec, sluiceOf(this.spec), { secrets: SECRETS, env });
    return RunningSluice.start(run.args, { env: run.env });
  }

  /** The exit code of the startup probe. */
  async probe(): Promise<unknown> {
    const [node, program, ...args] = sluiceOf(this.spec).startupProbe?.exec?.command ?? [];
    expect([node, program]).toEqual(['node', '/app/bin/sluice.js']);
    return (await runSluice([...args, '--url', `http://${this.address}`])).ending;
  }

  /** `work`: what the job does before it pushes, in its shell. */
  runJob(work = ':'): Promise<ProgramEnd> {
    const [job] = this.spec.containers;
    const { command, env } = containerRun(this.spec, job!, { env: { SLUICE_ADDRESS: this.address } });
    const [shell, flags, script, ...rest] = command;
    expect([shell, flags, rest]).toEqual(['sh', '-ec', []]);
    expect(script).toContain(WORK);
    return runProgram('sh', [flags!, script!.replace(WORK, work)], { env });
  }
}

const names = (receiver: ScriptedReceiver) => receiver.delivered.map((series) => labelsOf(series));
const PUSHED = [{ __name__: 'backup_last_success_timestamp_seconds', job: 'nightly_backup' }];

describe.each(['sidecar/job.yaml', 'sidecar/cron-job.yaml'])('%s', (path) => {
  it('the startup probe holds the job back until Sluice listens', async () => {
    const pod = await Pod.of(path, await startReceiver());
    expect(await pod.probe()).not.toBe(0);
    await pod.startSluice();
    expect(await pod.probe()).toBe(0);
  });

  it('what the job pushes at its end is delivered after it has ended', async () => {
    const { promise: backendIsBack, resolve: comeBack } = Promise.withResolvers<void>();
    const receiver = await startReceiver([{ until: backendIsBack }]);
    const pod = await Pod.of(path, receiver);
    const sluice = await pod.startSluice();
    const { code, stdout, stderr } = await pod.runJob();
    expect([code, stdout, stderr]).toEqual([0, '', '']);
    sluice.signal('SIGTERM');
    await sluice.logged('stopping');
    expect(receiver.delivered).toEqual([]);
    comeBack();
    expect(await sluice.command.ended).toBe(0);
    expect(names(receiver)).toEqual(PUSHED);
    expect(new Map(receiver.requests[0]!.headers).get('authorization')).toBe('Bearer the-token');
  });

  it('a job that fails keeps its exit code, and Sluice ends well', async () => {
    const pod = await Pod.of(path, await startReceiver());
    const sluice = await pod.startSluice();
    expect((await pod.runJob('exit 7')).code).toBe(7);
    expect(await sluice.stop('SIGTERM')).toBe(0);
  });
});

describe('sidecar/sidecar-before-1.29.yaml', () => {
  const path = 'sidecar/sidecar-before-1.29.yaml';

  it('a job that starts before Sluice waits for it, and at its end makes it deliver and quit', async () => {
    const receiver = await startReceiver();
    const pod = await Pod.of(path, receiver);
    const job = pod.runJob();
    const sluice = await pod.startSluice();
    expect((await job).code).toBe(0);
    expect(await sluice.command.ended).toBe(0);
    expect(names(receiver)).toEqual(PUSHED);
  });

  it('a job that fails keeps its exit code, and makes Sluice quit as well', async () => {
    const pod = await Pod.of(path, await startReceiver());
    const sluice = await pod.startSluice();
    expect((await pod.runJob('exit 7')).code).toBe(7);
    expect(await sluice.command.ended).toBe(0);
  });

  it('a push that is refused fails the job, which says why, and makes Sluice quit', async () => {
    const pod = await Pod.of(path, await startReceiver());
    const sluice = await pod.startSluice();
    const { code, stdout } = await pod.runJob('date() { echo yesterday; }');
    expect(code).not.toBe(0);
    expect(stdout).toContain('Cannot parse exposition line 1');
    expect(await sluice.command.ended).toBe(0);
  });

  it('a Sluice that cannot deliver everything says so by its exit code', async () => {
    const receiver = await startReceiver([{ status: 400 }]);
    const pod = await Pod.of(path, receiver);
    const sluice = await pod.startSluice();
    expect((await pod.runJob()).code).toBe(0);
    await waitUntil(() => receiver.requests.length > 0, 'the refused request');
    expect(await sluice.command.ended).toBe(3);
  });
});
