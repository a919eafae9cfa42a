import { parseEnvironment } from '../../config/parse';
import { prod } from '../../config/prod';
import { buildApp } from '../../lib/app';
import { context } from '../../rehearsal/synthesised';

const metadata = '<md:EntityDescriptor entityID="https://idp.example.com/saml"></md:EntityDescriptor>';
const roleArn = 'arn:aws:iam::333333333333:role/incident';

/** The Store stack of production with changes. */
function resources(store: object): { Type: string; Properties: any }[] {
  const config = parseEnvironment('config/prod.ts', { ...prod, store: { ...prod.store, ...store } });
  const assembly = buildApp([config], { context: { ...context(), 'aws:cdk:bundling-stacks': [] } }).synth();
  const [stack] = assembly.stacksRecursively.filter(({ stackName }) => stackName === 'prod-Store');
  return Object.values(stack!.template.Resources);
}
const of = (all: ReturnType<typeof resources>, type: string) =>
  all.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);

test('SAML: browsers reach Dashboards and nothing else without IAM; groups are mapped', () => {
  const all = resources({ saml: { entityId: 'https://idp.example.com/saml', metadata }, readerGroups: ['analysts'] });
  const [domain] = of(all, 'AWS::OpenSearchService::Domain');
  expect(domain.AdvancedSecurityOptions.SAMLOptions).toMatchObject({
    Enabled: true,
    Idp: { EntityId: 'https://idp.example.com/saml', MetadataContent: metadata },
    RolesKey: 'groups',
    SessionTimeoutMinutes: 60,
  });
  const open = domain.AccessPolicies.Statement.filter(({ Principal }: any) =>
    JSON.stringify(Principal).includes('"*"'),
  );
  expect(open).toHaveLength(1);
  expect(JSON.stringify(open[0].Resource)).toMatch(/\/_dashboards\*"/);
  const [documents] = of(all, 'Custom::HarbourlineStoreDocuments');
  expect(JSON.stringify(documents.Documents['role-mapping/harbourline-reader'])).toContain('analysts');
});

test('a grant reaches bootstrap and hourly check with its end, and the domain’s door', () => {
  const all = resources({ grants: [{ role: 'administrator', roleArn, until: '2026-12-31', reason: 'INC-1234' }] });
  const grant = { role: 'administrator', principal: roleArn, until: '2026-12-31T24:00:00+08:00' };
  expect(new Date(grant.until).toISOString()).toBe('2026-12-31T16:00:00.000Z');
  const [documents] = of(all, 'Custom::HarbourlineStoreDocuments');
  expect(documents.Grants).toEqual([grant]);
  const [rule] = of(all, 'AWS::Events::Rule');
  expect(JSON.parse(rule.Targets[0].Input)).toEqual({ environment: 'prod', grants: [grant] });
  const [domain] = of(all, 'AWS::OpenSearchService::Domain');
  expect(JSON.stringify(domain.AccessPolicies)).toContain(roleArn);
  // Who it is and why stays with the reviewers.
  expect(JSON.stringify(all)).not.toContain('INC-1234');
});
