import { connect, createServer, type Server } from 'node:net';
import { freePort } from '../../../harness/ports';
import { synthesiseApp } from '../../../harness/synthesise';
import { clientEntrance, openEndpoint } from '../../../rehearsal/stage/client-entrance';
import { configOf } from '../../support/app';

const dev = configOf('dev');
const name = 'gateway.dev.harbourline.internal';

describe('what was synthesised for a client', () => {
  const { assembly, dispose } = synthesiseApp([dev]);
  afterAll(dispose);

  test('is the name in the certificate, the parameter and the ports of the endpoint', () => {
    const entrance = clientEntrance(assembly, dev, [name]);
    expect(entrance).toMatchObject({ client: 'payments', host: name, port: 4317 });
    expect([...(entrance?.ports ?? [])].sort()).toEqual([14250, 14268, 4317, 4318, 9411]);
    expect(JSON.stringify(entrance?.document)).toContain('agent.yaml');
  });

  test('does not fit a certificate of another name', () => {
    expect(() => clientEntrance(assembly, dev, ['gateway.prod.harbourline.internal'])).toThrow(
      `the gateways' certificate does not carry ${name}`,
    );
  });

  test('does not fit an endpoint of another service', () => {
    const { entrance } = dev.collect;
    const handedOver = {
      ...entrance.handedOver!,
      serviceName: 'com.amazonaws.vpce.ap-east-1.vpce-svc-0fffffffffffffff0',
    };
    const other = { ...dev, collect: { ...dev.collect, entrance: { ...entrance, handedOver } } };
    expect(() => clientEntrance(assembly, other, [name])).toThrow(/does not lead to an endpoint/);
  });

  test('there is none without a client, or where a route leads', () => {
    expect(clientEntrance(assembly, { ...dev, clients: [] }, [name])).toBeUndefined();
    const routed = { ...dev.collect, entrance: { ...dev.collect.entrance, via: 'routed' as const } };
    expect(clientEntrance(assembly, { ...dev, collect: routed }, [name])).toBeUndefined();
  });
});

test('the endpoint passes on what it lets in, both ways, and ends with all that it carries', async () => {
  const port = await freePort();
  const echo: Server = createServer((socket) => socket.pipe(socket));
  // Another loopback address: the endpoint listens on the same port.
  await new Promise<void>((resolve) => echo.listen(port, '127.0.0.2', resolve));
  const entrance = { client: 'payments', host: name, port, ports: [port], document: {} };
  const close = await openEndpoint(entrance, '127.0.0.3', '127.0.0.2');
  const socket = connect(port, '127.0.0.3');
  socket.write('spans');
  const back = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(`${data}`)));
  expect(back).toBe('spans');
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  close();
  await ended;
  echo.close();
});
