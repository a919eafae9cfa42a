import { linked, tunnelsOf } from '../../lib/contract/link-parameters';
import { readParameters } from '../../lib/link/far-end-read';
import { handler, type ReadBackEvent } from '../../lib/link/read-back.handler';
import { configOf } from '../support/app';

/** What EC2 answers, in order; each is only given to the question that it belongs to. */
function recorded(...answers: { asks: string; input: object; gives: object }[]) {
  const left = [...answers];
  const client = {
    send: async (command: { constructor: { name: string }; input: object }) => {
      const answer = left.shift();
      expect({ asks: command.constructor.name, input: command.input }).toEqual({
        asks: answer?.asks,
        input: answer?.input,
      });
      return answer?.gives;
    },
  };
  return { client: client as never, left };
}

const vpnId = 'vpn-0a1b2c3d4e5f60718';
const tunnel = (TunnelInsideCidr: string, OutsideIpAddress: string) => ({
  OutsideIpAddress,
  TunnelInsideCidr,
  Phase1LifetimeSeconds: 28800,
  Phase2LifetimeSeconds: 3600,
  DpdTimeoutSeconds: 30,
  DpdTimeoutAction: 'restart',
  Phase1EncryptionAlgorithms: [{ Value: 'AES256-GCM-16' }],
  Phase2EncryptionAlgorithms: [{ Value: 'AES256-GCM-16' }],
  Phase1IntegrityAlgorithms: [{ Value: 'SHA2-384' }],
  Phase2IntegrityAlgorithms: [{ Value: 'SHA2-384' }],
  Phase1DHGroupNumbers: [{ Value: 20 }],
  Phase2DHGroupNumbers: [{ Value: 20 }],
  IkeVersions: [{ Value: 'ikev2' }],
  StartupAction: 'start',
});
/** In the order that EC2 happened to have: not the template's. */
const described = {
  VpnConnectionId: vpnId,
  PreSharedKeyArn: 'arn:aws:secretsmanager:ap-east-1:111111111111:secret:s2svpn!vpn-0a1b2c3d4e5f60718-Zz9yXx',
  Options: {
    TunnelOptions: [tunnel('169.254.11.0/30', '198.51.100.2'), tunnel('169.254.10.0/30', '198.51.100.1')],
  },
};
const askVpn = (gives: object) => ({
  asks: 'DescribeVpnConnectionsCommand',
  input: { VpnConnectionIds: [vpnId] },
  gives,
});
const askAttachment = (type: string, id: string, gives: object) => ({
  asks: 'DescribeTransitGatewayAttachmentsCommand',
  input: {
    Filters: [
      { Name: 'transit-gateway-id', Values: ['tgw-1'] },
      { Name: 'resource-type', Values: [type] },
      { Name: 'resource-id', Values: [id] },
      { Name: 'state', Values: ['available'] },
    ],
  },
  gives,
});
const attached = { TransitGatewayAttachments: [{ TransitGatewayAttachmentId: 'tgw-attach-1' }] };

const vpnEvent: ReadBackEvent = {
  RequestType: 'Create',
  ResourceProperties: {
    TransitGatewayId: 'tgw-1',
    VpnConnectionId: vpnId,
    InsideCidrs: ['169.254.10.0/30', '169.254.11.0/30'],
    Generation: '',
  },
};
const noPause = async () => {};

describe('the function', () => {
  test('reads attachment and addresses of a VPN, in the order of the template', async () => {
    const { client, left } = recorded(askVpn({ VpnConnections: [described] }), askAttachment('vpn', vpnId, attached));
    expect(await handler(vpnEvent, undefined, client, noPause)).toEqual({
      PhysicalResourceId: vpnId,
      Data: { AttachmentId: 'tgw-attach-1', TunnelAddress1: '198.51.100.1', TunnelAddress2: '198.51.100.2' },
    });
    expect(left).toEqual([]);
  });

  test('reads the attachment of a Direct Connect gateway', async () => {
    const { client } = recorded(askAttachment('direct-connect-gateway', 'dxgw-1', attached));
    const event: ReadBackEvent = {
      RequestType: 'Update',
      ResourceProperties: { TransitGatewayId: 'tgw-1', DirectConnectGatewayId: 'dxgw-1' },
    };
    expect(await handler(event, undefined, client, noPause)).toEqual({
      PhysicalResourceId: 'dxgw-1',
      Data: { AttachmentId: 'tgw-attach-1' },
    });
  });

  test('waits for what EC2 shows later', async () => {
    const { client, left } = recorded(
      askVpn({ VpnConnections: [] }),
      askVpn({ VpnConnections: [described] }),
      askAttachment('vpn', vpnId, { TransitGatewayAttachments: [] }),
      askVpn({ VpnConnections: [described] }),
      askAttachment('vpn', vpnId, attached),
    );
    let pauses = 0;
    await handler(vpnEvent, undefined, client, async () => {
      pauses += 1;
    });
    expect([pauses, left]).toEqual([2, []]);
  });

  test('gives up in the end, and says what it did not see', async () => {
    const never = { send: async () => ({ VpnConnections: [] }) } as never;
    await expect(handler(vpnEvent, undefined, never, noPause)).rejects.toThrow(`EC2 shows no VPN connection ${vpnId}.`);
  });

  test('does not wait where EC2 refuses', async () => {
    const refused = { send: async () => Promise.reject(new Error('UnauthorizedOperation')) } as never;
    const pause = jest.fn();
    await expect(handler(vpnEvent, undefined, refused, pause)).rejects.toThrow('UnauthorizedOperation');
    expect(pause).not.toHaveBeenCalled();
  });

  test('asks nothing on delete', async () => {
    const { client } = recorded();
    expect(await handler({ ...vpnEvent, RequestType: 'Delete' }, undefined, client, noPause)).toEqual({
      PhysicalResourceId: vpnId,
    });
  });
});

describe('the command', () => {
  const config = linked(configOf('dev'));
  const ask = (gives: object) => ({
    asks: 'DescribeVpnConnectionsCommand',
    input: {
      Filters: [
        { Name: 'tag:harbourline:environment', Values: ['dev'] },
        { Name: 'state', Values: ['available'] },
      ],
    },
    gives,
  });

  test('reads the parameters of a deployed link', async () => {
    const other = { VpnConnectionId: 'vpn-2', Options: { TunnelOptions: [tunnel('169.254.77.0/30', '1.1.1.1')] } };
    const { client } = recorded(ask({ VpnConnections: [other, described] }));
    const parameters = await readParameters(config, client);
    expect(tunnelsOf(parameters).map(({ name, outside, keySecretArn }) => [name, outside, keySecretArn])).toEqual([
      [
        'vpn-1',
        { amazon: '198.51.100.1', farEnd: '203.0.113.10', farEndOwn: '203.0.113.10' },
        described.PreSharedKeyArn,
      ],
      [
        'vpn-2',
        { amazon: '198.51.100.2', farEnd: '203.0.113.10', farEndOwn: '203.0.113.10' },
        described.PreSharedKeyArn,
      ],
    ]);
  });

  test('says so where nothing is deployed', async () => {
    const { client } = recorded(ask({ VpnConnections: [] }));
    await expect(readParameters(config, client)).rejects.toThrow('none is siteToSiteVpn of dev');
  });
});
