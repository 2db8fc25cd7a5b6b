// Values that are wrong end the installation with a sentence that says what to change.
import { describe, expect } from 'vitest';
import { helmProgram } from './helm/helm.ts';
import { itAfter } from './support/it-after.ts';
import { type ChartSettings, renderChart } from './support/render-chart.ts';

const it = itAfter(async () => {
  await helmProgram(4);
});

const VARIABLE_STOP = `config.shutdownTimeout=\${STOP:25s}`;
const URL_SET = 'config.remoteWrite[0].url=https://metrics.example.com/w';

function render(set: readonly string[]) {
  return renderChart({ set: [URL_SET, ...set] });
}

describe('a value that the schema does not know', () => {
  const refuses = (assignment: string, place: string) => {
    it(`is refused: ${assignment}`, async () => {
      await expect(render([assignment])).rejects.toThrow(`- at '${place}': `);
    });
  };
  refuses('replicas=3', '');
  refuses('mode=job', '/mode');
  refuses('image.tagg=1', '/image');
  refuses('image.digest=latest', '/image/digest');
  refuses('service.type=ExternalName', '/service/type');
  refuses('containerPort=70000', '/containerPort');
  refuses('replicaCount=many', '/replicaCount');
  refuses('secrets[0].secretName=a', '/secrets/0');
  refuses('env[0].value=a', '/env/0');
  refuses('persistence.size=10', '/persistence/size');
  refuses('podAnnotations.number=1', '/podAnnotations/number');
  refuses('serviceMonitor.interval=fast', '/serviceMonitor/interval');
  refuses('config.pushgateway.enabled=true', '/config');
  refuses('config.shutdownTimeout=30', '/config/shutdownTimeout');
  // As Sluice itself does: "expected a mapping of keys, found nothing".
  refuses('config.push=null', '/config/push');
  refuses(
    'config.remoteWrite[0].queueConfig.maxQueueSize=null',
    '/config/remoteWrite/0/queueConfig/maxQueueSize',
  );
  refuses('persistence.size=.5Gi', '/persistence/size');
  refuses('serviceMonitor.scheme=ftp', '/serviceMonitor/scheme');
  refuses('config.remoteWrite[0].queueConfig.shard=3', '/config/remoteWrite/0/queueConfig');
});

describe('values that are wrong together', () => {
  const refuses = (set: readonly string[], sentence: string, settings: ChartSettings = {}) => {
    it(`are refused: ${sentence}`, async () => {
      await expect(renderChart({ set, ...settings })).rejects.toThrow(`: ${sentence}\n`);
    });
  };
  refuses(
    [],
    'Cannot write the configuration: expected a backend in config.remoteWrite, such as --set config.remoteWrite[0].url=https://metrics.example.com/api/v1/write, found none',
  );
  refuses(
    [URL_SET, 'existingSecret=a'],
    'Cannot choose the configuration: expected either config.remoteWrite or an existing ConfigMap or Secret, found both',
  );
  refuses(
    ['existingConfigMap=a', 'existingSecret=b'],
    'Cannot choose the configuration: expected one of existingConfigMap and existingSecret, found both',
  );
  refuses(
    ['existingConfigMap=a', 'replicaLabel.enabled=true'],
    `Cannot add the replica label to an existing configuration: expected labels.defaults with \${POD_NAME} in it and replicaLabel.enabled false, found true`,
  );
  refuses(
    [URL_SET, 'config.listenAddress=0.0.0.0:9091'],
    'Cannot use config.listenAddress: expected the port of containerPort, 3030, found 0.0.0.0:9091',
  );
  refuses(
    [URL_SET, 'config.listenAddress=127.0.0.1:3030'],
    'Cannot use config.listenAddress: expected an address that other pods and probes reach, such as :3030, found 127.0.0.1:3030',
  );
  const credential = (place: string) =>
    `Cannot put config.remoteWrite[0].${place} into a ConfigMap: expected a file from secrets, a variable such as \${TOKEN} from env, or configSecret: true, found the credential itself`;
  for (const place of [
    'authorization.credentials',
    'basicAuth.password',
    'sigv4.secretKey',
    'sigv4.sessionToken',
  ])
    refuses([URL_SET, `config.remoteWrite[0].${place}=hunter2`], credential(place));
  refuses(
    [
      URL_SET,
      'config.remoteWrite[0].oauth2.clientId=a',
      'config.remoteWrite[0].oauth2.tokenUrl=https://login.example.com',
      'config.remoteWrite[0].oauth2.clientSecret=hunter2',
    ],
    credential('oauth2.clientSecret'),
  );
  refuses(
    [URL_SET, 'config.remoteWrite[0].proxyUrl=http://user:hunter2@proxy:3128'],
    'Cannot put config.remoteWrite[0].proxyUrl into a ConfigMap: expected a password from a variable, or configSecret: true, found the password itself',
  );
  const OAUTH2 = ['clientId=a', 'tokenUrl=https://a.example.com', 'clientSecretFile=/s'];
  refuses(
    [
      URL_SET,
      ...OAUTH2.map((each) => `config.remoteWrite[0].oauth2.${each}`),
      'config.remoteWrite[0].oauth2.proxyUrl=http://user:hunter$2@proxy:3128',
    ],
    'Cannot put config.remoteWrite[0].oauth2.proxyUrl into a ConfigMap: expected a password from a variable, or configSecret: true, found the password itself',
  );
  for (const name of ['url', 'oauth2.tokenUrl'])
    refuses(
      [
        URL_SET,
        ...(name === 'url' ? [] : OAUTH2.map((each) => `config.remoteWrite[0].oauth2.${each}`)),
        `config.remoteWrite[0].${name}=https://user:hunter2@metrics.example.com/w`,
      ],
      `Cannot use config.remoteWrite[0].${name}: expected credentials under authorization, basicAuth or oauth2, found some in the URL`,
    );
  for (const header of ['Authorization', 'authorization'])
    refuses(
      [URL_SET, `config.remoteWrite[0].headers.${header}=Bearer hunter2`],
      `Cannot use config.remoteWrite[0].headers.${header}: expected credentials under authorization or basicAuth, found this header`,
    );
  refuses(
    [URL_SET, 'config.remoteWrite[0].proxyConnectHeader.proxy-authorization=Basic hunter2'],
    `Cannot put config.remoteWrite[0].proxyConnectHeader.proxy-authorization into a ConfigMap: expected a variable such as \${PROXY_AUTHORIZATION} from env, or configSecret: true, found the credential itself`,
  );
  refuses(
    [URL_SET, 'terminationGracePeriodSeconds=30'],
    'Cannot use terminationGracePeriodSeconds 30: expected more than the sleep before the stop (5s) and shutdownTimeout (25s) together, found 30 for both',
  );
  refuses(
    [URL_SET, 'terminationGracePeriodSeconds=30'],
    'Cannot use terminationGracePeriodSeconds 30: expected more than the sleep before the stop (0s), shutdownDelay (5s) and shutdownTimeout (25s) together, found 30 for all',
    { kubeVersion: '1.29.0' },
  );
  refuses(
    [URL_SET, 'config.shutdownDelay=10s', 'terminationGracePeriodSeconds=40'],
    'Cannot use terminationGracePeriodSeconds 40: expected more than the sleep before the stop (5s), shutdownDelay (10s) and shutdownTimeout (25s) together, found 40 for all',
  );
  refuses(
    [URL_SET, VARIABLE_STOP],
    `Cannot work out terminationGracePeriodSeconds: expected a duration such as 25s as config.shutdownTimeout, found \${STOP:25s} (or set terminationGracePeriodSeconds itself)`,
  );
  refuses(
    [URL_SET, `config.shutdownDelay=\${DELAY:5s}`],
    `Cannot work out terminationGracePeriodSeconds: expected a duration such as 25s as config.shutdownDelay, found \${DELAY:5s} (or set terminationGracePeriodSeconds itself)`,
  );
  refuses(
    [URL_SET, 'mode=daemonset', 'autoscaling.enabled=true'],
    'Cannot scale a DaemonSet: expected autoscaling.enabled false in mode daemonset, found true',
  );
  refuses(
    [URL_SET, 'autoscaling.enabled=true', 'autoscaling.targetCPUUtilizationPercentage=null'],
    'Cannot scale by nothing: expected a target for CPU, memory, queueAge or extraMetrics in autoscaling, found none',
  );
  refuses(
    [URL_SET, 'autoscaling.enabled=true', 'autoscaling.minReplicas=11'],
    'Cannot scale between 11 and 10 pods: expected minReplicas not above maxReplicas',
  );
  refuses(
    [URL_SET, 'hostPort.enabled=true'],
    'Cannot use hostPort in mode deployment: expected mode daemonset, where each node has one pod',
  );
  refuses(
    [URL_SET, 'mode=statefulset', 'config.spool.directory=/data'],
    'Cannot use config.spool.directory: expected a directory in persistence.mountPath, /var/lib/sluice, found /data',
  );
  refuses(
    [URL_SET, 'mode=statefulset', 'config.spool.directory=/var/lib/sluice', 'config.spool.maxSize=11GiB'],
    'Cannot use config.spool.maxSize: expected at most persistence.size, 10Gi, found 11GiB',
  );
  refuses(
    [URL_SET, 'mode=statefulset', 'persistence.enabled=false'],
    'Cannot use mode statefulset without a spool: expected persistence.enabled true or config.spool, found neither (mode deployment needs none)',
  );
  refuses(
    [URL_SET, 'mode=statefulset', 'persistence.size=19Mi'],
    'Cannot work out spool.maxSize: expected at least 20Mi as persistence.size, found 19Mi',
  );
  const TWICE =
    'expected a folder of its own for each (one entry of secrets mounts all keys of its Secret, or those in items)';
  refuses(
    [URL_SET, 'secrets[0].name=a', 'secrets[1].name=a'],
    `Cannot mount Secret a at /etc/sluice/secrets/a: ${TWICE}, found it there already`,
  );
  refuses(
    [URL_SET, 'secrets[0].name=a', 'secrets[1].name=b', 'secrets[1].mountPath=/etc/sluice/secrets/a/'],
    `Cannot mount Secret b at /etc/sluice/secrets/a: ${TWICE}, found Secret a there already`,
  );
  const NAME =
    'expected small letters, digits and "-" after a letter, at most 52, from fullnameOverride or the name of the release';
  refuses([URL_SET], `Cannot name the objects: ${NAME}, found jobs.a-sluice`, { release: 'jobs.a' });
  refuses([URL_SET], `Cannot name the objects: ${NAME}, found 1st-sluice`, { release: '1st' });
  refuses([URL_SET, 'fullnameOverride=Jobs'], `Cannot name the objects: ${NAME}, found Jobs`);
  refuses([URL_SET, 'nameOverride=Jobs'], `Cannot name the objects: ${NAME}, found demo-Jobs`);
  refuses(
    [URL_SET, 'podDisruptionBudget.minAvailable=1', 'podDisruptionBudget.maxUnavailable=1'],
    'Cannot write the PodDisruptionBudget: expected one of podDisruptionBudget.minAvailable and maxUnavailable, found both',
  );
  refuses(
    [URL_SET, 'service.enabled=false', 'serviceMonitor.enabled=true'],
    'Cannot make a ServiceMonitor without a Service: expected service.enabled true, or podMonitor.enabled in its place',
  );
  refuses(
    [URL_SET, 'podMonitor.enabled=true', 'serviceMonitor.enabled=true'],
    'Cannot scrape twice: expected one of serviceMonitor.enabled and podMonitor.enabled, found both',
  );
  refuses(
    [URL_SET, 'service.enabled=false', 'ingress.enabled=true'],
    'Cannot make an Ingress without a Service: expected service.enabled true, found false',
  );
  refuses(
    [URL_SET, 'ingress.enabled=true'],
    'Cannot make an Ingress: expected a host in ingress.hosts, found none',
  );
  refuses(
    [URL_SET, 'prometheusRule.enabled=true'],
    'Cannot tell which Sluice the alerts are about: expected serviceMonitor.enabled or podMonitor.enabled true, or the labels of its scraped metrics as prometheusRule.selector, found none',
  );
  it('are refused if they name an unknown alert', async () => {
    const sentence = 'Cannot change alert SluiceGone: expected one of SluiceDown, SluicePodDown, ';
    await expect(render(['prometheusRule.disabled={SluiceGone}'])).rejects.toThrow(sentence);
    await expect(render(['prometheusRule.overrides.SluiceGone.for=1m'])).rejects.toThrow(sentence);
  });
});
