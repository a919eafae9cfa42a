/** Settings of the store that no committed environment uses: sign-in by SAML, and grants. */
import { parseEnvironment } from '../../config/parse';
import { unjudged } from '../../harness/context';
import { prod } from '../../harness/environments/prod';
import { buildApp } from '../../lib/app';
import { isBuiltInRule } from '../../lib/compliance/packs';
import { auditPolicy } from '../../lib/compliance/policy';

const metadata = '<md:EntityDescriptor entityID="https://idp.example.com/saml"></md:EntityDescriptor>';
const roleArn = 'arn:aws:iam::333333333333:role/incident';
const store = {
  ...prod.store,
  saml: { entityId: 'https://idp.example.com/saml', metadata },
  readerGroups: ['analysts'],
  grants: [{ role: 'administrator' as const, roleArn, until: '2026-12-31', reason: 'INC-1234' }],
};
const config = parseEnvironment('config/prod.ts', { ...prod, store });
const app = buildApp([config], unjudged({ 'aws:cdk:bundling-stacks': [] }));
const findings = auditPolicy(app);
const stack = app.synth().stacksRecursively.find(({ stackName }) => stackName === 'prod-Store');
const resources = Object.values<{ Type: string; Properties: any }>(stack?.template.Resources);
const only = (type: string) => resources.find(({ Type }) => Type === type)?.Properties;
const domain = only('AWS::OpenSearchService::Domain');
const documents = only('Custom::HarbourlineStoreDocuments');

test('SAML: browsers reach Dashboards and nothing else without IAM; groups are mapped', () => {
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
  expect(JSON.stringify(documents.Documents['role-mapping/harbourline-reader'])).toContain('analysts');
  expect(JSON.stringify(documents.Documents['role-mapping/harbourline-reader'])).not.toContain(roleArn);
  expect(JSON.stringify(documents.Documents['role-mapping/opensearch_dashboards_user'])).toContain(roleArn);
});

test('a grant reaches bootstrap and hourly check with its end, and the domain’s door', () => {
  const grant = { role: 'administrator', principal: roleArn, until: '2026-12-31T24:00:00+08:00' };
  expect(new Date(grant.until).toISOString()).toBe('2026-12-31T16:00:00.000Z');
  expect(documents.Grants).toEqual([grant]);
  expect(JSON.parse(only('AWS::Events::Rule').Targets[0].Input)).toEqual({
    environment: 'prod',
    grants: [grant],
    retentionDays: 14,
  });
  expect(JSON.stringify(domain.AccessPolicies)).toContain(roleArn);
  // Who it is and why stays with the reviewers.
  expect(JSON.stringify(resources)).not.toContain('INC-1234');
});

test('what SAML opens is acknowledged with its reason, and nothing else is found', () => {
  const stale = findings.stale.filter(({ id }) => !isBuiltInRule(id)); // nothing was validated
  expect({ ...findings, stale }).toMatchObject({ unacknowledged: [], stale: [] });
});
