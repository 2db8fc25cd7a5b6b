// AWS's token service (STS) and the credentials endpoint of a container, as far as credentials are asked of them, on
// loopback; and an environment in which the AWS libraries look nowhere else.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, vi } from 'vitest';

export interface AwsCall {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface AwsEndpoints {
  readonly url: string;
  readonly calls: AwsCall[];
  /** What is answered instead while it is there. */
  refusal: { readonly status: number; readonly body: string } | undefined;
}

/** Issues AKID1 with secret-1 and session-1, AKID2 and so on, which last for `lifetimeMs` after `nowMs`. */
export async function startAwsEndpoints(lifetimeMs = 3_600_000, nowMs = Date.now): Promise<AwsEndpoints> {
  const endpoints: { -readonly [K in keyof AwsEndpoints]: AwsEndpoints[K] } = {
    url: '',
    calls: [],
    refusal: undefined,
  };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { method = '', url: target = '', headers } = request;
    endpoints.calls.push({ method, target, headers, body });
    if (endpoints.refusal !== undefined) {
      response
        .writeHead(endpoints.refusal.status, { 'content-type': 'text/xml' })
        .end(endpoints.refusal.body);
      return;
    }
    const end = new Date(nowMs() + lifetimeMs).toISOString();
    const number = endpoints.calls.length;
    response.end(target === '/container' ? containerAnswer(number, end) : stsAnswer(body, number, end));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoints.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return endpoints;
}

export const ISOLATED_AWS = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nowhere/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
};

const OTHERS = [
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'AWS_REGION'],
  ...['AWS_DEFAULT_REGION', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN', 'AWS_ENDPOINT_URL_STS'],
  ...['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'],
  ...['AWS_CONTAINER_AUTHORIZATION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
];

/** For the rest of the test only. */
export function awsEnvironment(variables: Readonly<Record<string, string>>): void {
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  for (const name of OTHERS) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries({ ...ISOLATED_AWS, ...variables })) vi.stubEnv(name, value);
}

function containerAnswer(number: number, Expiration: string): string {
  return JSON.stringify({
    AccessKeyId: `AKID${number}`,
    SecretAccessKey: `secret-${number}`,
    Token: `session-${number}`,
    Expiration,
  });
}

function stsAnswer(body: string, number: number, end: string): string {
  const action = new URLSearchParams(body).get('Action');
  return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>
    <AccessKeyId>AKID${number}</AccessKeyId><SecretAccessKey>secret-${number}</SecretAccessKey>
    <SessionToken>session-${number}</SessionToken><Expiration>${end}</Expiration>
  </Credentials></${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`;
}
