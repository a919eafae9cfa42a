import { DescribeTransitGatewayAttachmentsCommand, DescribeTransitGatewaysCommand } from '@aws-sdk/client-ec2';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { type Answer, type Aws, answer, type Check, unlessFails } from '../check';

/** What an instance takes out of a certificate's secret (lib/machine/instance-files/certificate.sh). */
const parts = { certificate: 'CERTIFICATE', key: 'PRIVATE KEY', authority: 'CERTIFICATE' } as const;

/** What is wrong with a secret's text; nothing of it is ever said. */
function malformed(text: string): string | undefined {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  const wrong = Object.entries(parts).filter(([name, kind]) => {
    const pem = value?.[name];
    return typeof pem !== 'string' || !new RegExp(`-----BEGIN [A-Z ]*${kind}-----`).test(pem);
  });
  return wrong.length > 0 ? `no PEM at: ${wrong.map(([name]) => name).join(', ')}` : undefined;
}

/** Secret and key of a certificate, as instances will read them. */
export async function certificateAnswers(
  { secrets, kms }: Aws,
  { secretArn, keyArn }: { readonly secretArn: string; readonly keyArn: string },
  where: string,
): Promise<Answer[]> {
  const remedy = `docs/link.md says how the certificate gets there; then \`${where}\`.`;
  let found: string;
  try {
    const { SecretString: text = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: secretArn }));
    found = malformed(text) ?? 'certificate, key and authority';
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') throw error;
    found = 'not there';
  }
  let state = 'not there';
  try {
    const { KeyMetadata: key } = await kms.send(new DescribeKeyCommand({ KeyId: keyArn }));
    state = key?.KeyState ?? 'unknown';
  } catch (error) {
    if ((error as Error).name !== 'NotFoundException') throw error;
  }
  return [
    answer(found === 'certificate, key and authority', `secret ${secretArn.split(':secret:').at(-1)}`, found, remedy),
    answer(state === 'Enabled', `key ${keyArn.split('/').at(-1)}`, state, remedy),
  ];
}

export const linkCertificate: Check = {
  name: 'link: certificate',
  asks: ['secretsmanager:GetSecretValue', 'kms:DescribeKey'],
  because: 'relays do not come up without it, and the stack waits for them without result',
  run: async (aws, { config: { link, environment } }) =>
    link ? certificateAnswers(aws, link.relay.certificate, `link.relay.certificate in config/${environment}.ts`) : [],
};

export const attachments: Check = {
  name: 'link: attachments',
  asks: ['ec2:DescribeTransitGateways', 'ec2:DescribeTransitGatewayAttachments'],
  because: 'a route to an attachment of another gateway, or of one that is not there yet, fails the whole stack',
  async run({ ec2 }, { config: { link, environment } }) {
    if (!link) return [];
    const named = link.serviceAttachments.flatMap(({ attachmentId }) => attachmentId ?? []);
    const { TransitGateways: gateways = [] } = await ec2.send(
      new DescribeTransitGatewaysCommand(
        link.transitGatewayId
          ? { TransitGatewayIds: [link.transitGatewayId] }
          : { Filters: [{ Name: 'tag:harbourline:environment', Values: [environment] }] },
      ),
    );
    const gateway = gateways.find(({ State }) => State === 'available' || State === 'pending')?.TransitGatewayId;
    const pending = link.serviceAttachments.filter(({ attachmentId }) => !attachmentId).map(({ prefix }) => prefix);
    const later: Answer[] =
      pending.length === 0
        ? []
        : [
            answer(
              true,
              `VPCs of ${pending.join(', ')}`,
              gateway
                ? `pending: their owners attach them to ${gateway}, then name them in link.serviceAttachments`
                : 'pending: they can be attached when Link is deployed',
              '',
            ),
          ];
    const answers = await Promise.all(
      named.map(async (id): Promise<Answer> => {
        if (!gateway) {
          return answer(
            false,
            id,
            'the gateway is not there yet: nothing can be attached to it',
            `Leave attachmentId out of link.serviceAttachments in config/${environment}.ts for the first deployment.`,
          );
        }
        const described = await unlessFails(
          ['InvalidTransitGatewayAttachmentID.NotFound', 'InvalidTransitGatewayAttachmentID.Malformed'],
          ec2.send(new DescribeTransitGatewayAttachmentsCommand({ TransitGatewayAttachmentIds: [id] })),
        );
        const found = described?.TransitGatewayAttachments?.[0];
        const ours = found?.TransitGatewayId === gateway;
        return answer(
          ours && found?.State === 'available',
          id,
          !found
            ? 'not there'
            : !ours
              ? `of another gateway, ${found.TransitGatewayId}`
              : found.State === 'available'
                ? `available, of ${gateway}`
                : `${found.State}`,
          found && ours
            ? `aws ec2 accept-transit-gateway-vpc-attachment --transit-gateway-attachment-id ${id}`
            : `Attach the VPC to ${gateway} and name that attachment, or leave it out until then.`,
        );
      }),
    );
    return [...later, ...answers];
  },
};
