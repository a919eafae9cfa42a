/** Changes that CloudFormation does not do in one step, with how they are done. docs/operations.md shows the same. */
const anotherEnvironment =
  'Subnets and the VPC are what all else stands in: make a second environment beside it, move services over, take the first down.';
const linkFirst =
  'Two deployments: the stack that imports first (npx cdk deploy E/Link --exclusively), then the rest (npx cdk deploy "E/*").';

const keyFirst =
  'Stack by stack with npx cdk deploy --exclusively, from Link back to Store; then Network and Collect, which hold the key that goes.';

export const expectedRefusals: Readonly<Record<string, string>> = {
  'network.cidr: change': anotherEnvironment,
  'network.existing: add': anotherEnvironment,
  'network.existing.vpcId: change': anotherEnvironment,
  'organisation.namePrefix: add': anotherEnvironment,
  'network.availabilityZones: add': anotherEnvironment,
  'network.availabilityZones: remove the first': anotherEnvironment,
  'network.availabilityZones: reorder': anotherEnvironment,
  'network.availabilityZones: change one': anotherEnvironment,
  'clients: rename one':
    'The stage of the old name first: npx cdk destroy "E-client-OLD/*" with credentials of that account, then deploy the new one. Spans wait on the nodes meanwhile.',
  'store.engineVersion: add':
    'There only: no domain goes back to an older engine. Restore a snapshot into another domain (docs/store.md).',
  'organisation.keyArns.logs: add': keyFirst,
  'organisation.keyArns.volumes: add': keyFirst,
  'organisation.keyArns.secrets: add': keyFirst,
  'observe.notify.page.topicArn: add': linkFirst,
  'observe.notify.inform.topicArn: add': linkFirst,
  'link.allowlist.text: as many as an ACL takes, all others':
    'Two deployments: the lines that go, then those that come. Or ask for 40 entries of an ACL and raise the rule of config/rules/link.ts.',
  'link.directConnect.gatewayAsn: add':
    'With another VLAN in the same change: the interface is made again, and two cannot have one VLAN of a line.',
  'link.directConnect.gatewayId: add':
    'With another VLAN in the same change: the interface is made again, and two cannot have one VLAN of a line.',
  'link.amazonAsn: add':
    'Two deployments: take link out, then put it in with the other ASN. Nothing crosses in between; aggregates wait at the relays.',
  'link.transitGatewayId: add':
    'Two deployments: take link out, then put it in with the other gateway. Nothing crosses in between; aggregates wait at the relays.',
  'link.receiver.port: changes places with continuityPort': 'Two deployments, by way of a third port.',
  'link.inspection.by: add':
    'Two deployments: by way of no link, or of another transport in the same change. Routes to the mainland cannot change their target in place.',
  'link.serviceAttachments: the VPC is attached again':
    'Two deployments: leave attachmentId out, deploy; name the new one, deploy. Its services have no route in between.',
};
