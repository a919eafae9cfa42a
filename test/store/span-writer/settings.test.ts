import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writerSettingsFromEnv, writerVariables } from '../../../lib/store/span-writer/settings';

const needed = {
  DEAD_LETTER_DIR: '/var/lib/dead-letters',
  STORE_ENDPOINT: 'https://store.example',
  STORE_AUTH: 'sigv4',
  AWS_REGION: 'ap-east-1',
};

test('defaults', () => {
  expect(writerSettingsFromEnv(needed)).toEqual({
    host: '127.0.0.1',
    port: 4418,
    deadLetterDirectory: '/var/lib/dead-letters',
    deadLetterDays: 7,
    maxBytesInFlight: 32 * 1024 * 1024,
    maxBodyBytes: 134_217_728,
    maxInFlight: 8,
    bulkBytes: 8_388_608,
    deadLetterMaxBytes: 67_108_864,
    store: { endpoint: 'https://store.example', auth: { kind: 'sigv4', region: 'ap-east-1' } },
  });
});

test.each(['127.0.0.1:4418', '127.7.0.9:1', '127.0.0.1:0'])('%s is loopback', (listen) => {
  const { host, port } = writerSettingsFromEnv({ ...needed, WRITER_LISTEN: listen });
  expect(`${host}:${port}`).toBe(listen);
});

test.each([
  '0.0.0.0:4418',
  '10.0.0.1:4418',
  ':4418',
  '4418',
  'localhost:4418',
  '127.0.0.1',
  '127.0.0.1:99999',
  '[::]:1',
])('%s is refused', (listen) => {
  expect(() => writerSettingsFromEnv({ ...needed, WRITER_LISTEN: listen })).toThrow(`WRITER_LISTEN is ${listen}`);
});

test('every problem is reported at once', () => {
  const wrong = {
    WRITER_LISTEN: '0.0.0.0:1',
    WRITER_MAX_BODY_BYTES: 'x',
    WRITER_MAX_IN_FLIGHT: '0',
    WRITER_BULK_BYTES: '1.5',
  };
  let message = '';
  try {
    writerSettingsFromEnv(wrong);
  } catch (error) {
    message = (error as Error).message;
  }
  for (const name of [...Object.keys(wrong), 'DEAD_LETTER_DIR', 'STORE_ENDPOINT', 'STORE_AUTH']) {
    expect(message).toContain(name);
  }
});

test('the list names every variable that the sources read', () => {
  const folder = join(__dirname, '..', '..', '..', 'lib', 'store');
  const text = ['client.ts', 'span-writer/settings.ts']
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('');
  const read = [...text.matchAll(/env\.([A-Z_]+)|(?:need|amount)\('([A-Z_]+)'/g)].map(([, a, b]) => a ?? b);
  expect(new Set(read)).toEqual(new Set(writerVariables));
});
