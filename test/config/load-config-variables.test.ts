import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load-config.ts';
import { BACKEND, problemsOf } from './problems-of.ts';

const UNSET = (name: string) =>
  `expected environment variable ${name} to be set, found it unset (write \${${name}:default} to give a default)`;

describe('variables in a configuration', () => {
  it('are refused with line and path, next to all other problems', () => {
    expect(
      problemsOf(`listenAddress: \${LISTEN}\nlogging:\n  level: \${LEVEL}\n  form: x${BACKEND}`),
    ).toEqual([
      `1:1: listenAddress: ${UNSET('LISTEN')}`,
      `3:3: logging.level: ${UNSET('LEVEL')}`,
      '4:3: logging.form: unknown key, did you mean "format"?',
    ]);
    expect(problemsOf(`push: { pushgateway: { pathPrefixes: ["/a", "\${P}"] } }${BACKEND}`)).toEqual([
      `1:45: push.pushgateway.pathPrefixes[1]: ${UNSET('P')}`,
    ]);
  });

  it('cannot add structure', () => {
    const config = parseConfig(`labels:\n  defaults:\n    a: \${A}\n    b: "\${A}"${BACKEND}`, 'c.yaml', {
      A: 'x\nc: y # z',
    });
    expect(config.labels.defaults).toEqual({ a: 'x\nc: y # z', b: 'x\nc: y # z' });
  });

  it('become numbers and booleans without quotes', () => {
    const text = `push:\n  pushgateway:\n    enabled: \${ON:false}\nremoteWrite:\n  - url: \${URL}\n    queueConfig:\n      shards: \${SHARDS:5}\n      maxRequestBytes: \${SIZE}`;
    const config = parseConfig(text, 'c.yaml', { URL: 'https://h.test/w', SIZE: '2048' });
    expect(config.push.pushgateway.enabled).toBe(false);
    expect(config.remoteWrite[0]?.queueConfig).toMatchObject({ shards: 5, maxRequestBytes: 2048 });
  });

  it('stay text in quotes', () => {
    expect(problemsOf(`push: { pushgateway: { enabled: "\${ON:true}" } }${BACKEND}`)).toEqual([
      '1:24: push.pushgateway.enabled: expected true or false, found the text "true"',
    ]);
  });

  it('stay text if the key wants text, whatever it looks like', () => {
    const text = `labels:\n  defaults:\n    a: \${A}\n    b: \${B}\n    c: \${C}\n    d: \${D:}\n    e: \${E:""}\n    f: "1"${BACKEND}`;
    const config = parseConfig(text, 'c.yaml', { A: '007', B: 'true', C: 'null' });
    expect(config.labels.defaults).toEqual({ a: '007', b: 'true', c: 'null', d: '', e: '', f: '1' });
  });

  it('are left alone in keys', () => {
    expect(problemsOf(`"\${KEY}": 1${BACKEND}`, { KEY: 'logging' })[0]).toMatch(
      /^1:1: \["\$\{KEY\}"\]: unknown key, /,
    );
  });

  it('are expanded once for all aliases of a value', () => {
    const text = `labels:\n  defaults:\n    a: &x \${A}\n    b: *x${BACKEND}`;
    const config = parseConfig(text, 'c.yaml', { A: '7' });
    expect(config.labels.defaults).toEqual({ a: '7', b: '7' });
  });
});
