// `sluice dev`, which `npm start` runs: push with what it prints, and see it at the address it prints.
import { expect, test } from 'vitest';
import { startDevelopment } from '../support/development-sluice.ts';
import { waitForValue } from '../support/wait-for-value.ts';

test('a push to the printed address is seen at the printed query and on the page', async () => {
  const { pushUrl, exampleQueryUrl, pageUrl } = await startDevelopment();
  const pushed = await fetch(pushUrl, { method: 'POST', body: 'my_first_metric 42\n' });
  expect([pushed.status, await pushed.text()]).toEqual([202, '']);
  const result = await waitForValue(
    () => query(exampleQueryUrl),
    ({ length }) => length > 0,
    'the series',
  );
  expect(result).toEqual([
    { metric: { __name__: 'my_first_metric', job: 'demo' }, value: [expect.any(Number), '42'] },
  ]);

  const match = `${pageUrl}/api/v1/series?match[]=${encodeURIComponent('{job="demo"}')}`;
  expect(await (await fetch(match)).json()).toMatchObject({
    status: 'success',
    data: [{ __name__: 'my_first_metric', job: 'demo' }],
  });
  const page = await fetch(pageUrl);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect(await page.text()).toContain('my_first_metric');
});

test('Ctrl-C ends it with exit code 0 and delivers what was pushed before', async () => {
  const { sluice, pushUrl } = await startDevelopment();
  expect((await fetch(pushUrl, { method: 'POST', body: 'm 1\n' })).status).toBe(202);
  expect(await sluice.stop('SIGINT')).toBe(0);
  expect(sluice.command.stdout).toMatch(/"lostSamples":0,"event":"stopped"\}\n$/);
  expect(sluice.command.stderr).toBe('');
});

test('it listens on LISTEN_ADDRESS, twice at the same time on free ports; an empty variable is not set', async () => {
  const [one, two] = await Promise.all([
    startDevelopment(),
    startDevelopment({ env: { LOGGING_LEVEL: '' } }),
  ]);
  expect(one.pushUrl).toBe(`http://${one.sluice.address}/pushgateway/metrics/job/demo`);
  expect(one.pageUrl).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
  expect(new Set([one.sluice.address, two.sluice.address, one.pageUrl, two.pageUrl]).size).toBe(4);
});

async function query(url: string): Promise<readonly unknown[]> {
  const answer = (await (await fetch(url)).json()) as {
    readonly data: { readonly result: readonly unknown[] };
  };
  return answer.data.result;
}
