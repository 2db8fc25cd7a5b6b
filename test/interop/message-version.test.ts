// Remote write 2.0 before real backends that do not know it: both read an empty message and are content, and nothing is lost.
import { expect } from 'vitest';
import { metricValue } from '../support/metric-value.ts';
import { pushWithCurl } from './support/curl.ts';
import { NumberedStream, STREAM_SELECTOR } from './support/numbered-stream.ts';
import { itWith } from './support/programs.ts';
import { Prometheus } from './support/prometheus.ts';
import { startSluice } from './support/sluice.ts';
import type { StoredSeries } from './support/stored-series.ts';
import { VictoriaMetrics } from './support/victoria-metrics.ts';

const it = itWith('prometheus', 'victoria-metrics', 'curl');

interface Backend {
  readonly writeUrl: string;
  stored(selector: string): Promise<readonly StoredSeries[]>;
  rejections(): Promise<readonly unknown[]>;
}

const CREATED = '# TYPE it_created counter\nit_created_total 7\nit_created_created 1600000000\n# EOF\n';

function fallsBack(name: string, start: () => Promise<Backend>) {
  it(`${name} without 2.0 gets everything as 1.0, once`, async () => {
    const backend = await start();
    const sluice = await startSluice({ url: backend.writeUrl, messageVersion: 'V2.0' });
    const type = ['--header', 'Content-Type: application/openmetrics-text'];
    const answer = await pushWithCurl(sluice.address, 'job/created', CREATED, ...type);
    expect(answer).toEqual({ status: 202, text: '' });
    const stream = new NumberedStream(sluice);
    await stream.push(40);
    await stream.expectWhole(() => backend.stored(STREAM_SELECTOR));
    expect((await backend.stored('it_created_total')).map(({ samples }) => samples[0]?.value)).toEqual([7]);
    expect(await backend.rejections()).toEqual([]);
    const metrics = await sluice.metrics();
    expect(metricValue(metrics, 'sluice_backend_message_version{backend="real"}')).toBe(1);
    expect(sluice.command.stdout.split('messageVersionFellBack').length).toBe(2);
  });
}

fallsBack('Prometheus', () => Prometheus.start());
fallsBack('VictoriaMetrics', () => VictoriaMetrics.start());
