/** The node's configuration: as an Amazon domain is when it is new, where that matters to the documents we apply. */
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Somebody who may sign in. */
export interface NodeUser {
  readonly name: string;
  /** What an IAM role's ARN is on a domain. */
  readonly backendRoles: readonly string[];
}

/** What the configuration depends on. */
export interface Configuration {
  /** Folder that is written; must exist. */
  readonly folder: string;
  /** The security plugin's own files: everything that is not replaced here. */
  readonly shipped: string;
  readonly directory: string;
  readonly address: string;
  readonly port: number;
  /** Writes the audit log into indices of the node. @default nowhere */
  readonly audit?: boolean;
  /** Name of the user with all access: the domain's IAM master. */
  readonly master: string;
  readonly users: readonly (NodeUser & { readonly hash: string })[];
}

/** Log4j: warnings, and what the node says of itself, to standard output. */
const logging = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.node.name = org.opensearch.node
logger.node.level = info
`;

/** Writes every file but the certificates, which are expected in `tls/`. JSON is YAML. */
export function writeConfiguration(options: Configuration): void {
  const { folder, shipped, users, master } = options;
  const security = join(folder, 'opensearch-security');
  mkdirSync(security);
  for (const file of readdirSync(shipped)) {
    if (file.endsWith('.yml')) copyFileSync(join(shipped, file), join(security, file));
  }
  const own = (type: string, content: object) =>
    writeFileSync(
      join(
        security,
        `${type === 'internalusers' ? 'internal_users' : type === 'rolesmapping' ? 'roles_mapping' : type}.yml`,
      ),
      JSON.stringify({ _meta: { type, config_version: 2 }, ...content }),
    );
  own(
    'internalusers',
    Object.fromEntries(users.map(({ name, hash, backendRoles }) => [name, { hash, backend_roles: backendRoles }])),
  );
  // Shipped, everybody has a role. On a domain the master is mapped and nobody else.
  own('rolesmapping', {
    all_access: { backend_roles: users.filter(({ name }) => name === master).flatMap((user) => user.backendRoles) },
  });
  // A domain's name for what is called kibana_user elsewhere: to use Dashboards at all.
  own('roles', {
    opensearch_dashboards_user: {
      reserved: true,
      cluster_permissions: ['cluster_composite_ops'],
      index_permissions: [
        {
          index_patterns: ['.kibana*', '.opensearch_dashboards*'],
          allowed_actions: ['read', 'delete', 'manage', 'index'],
        },
      ],
    },
  });
  writeFileSync(join(folder, 'opensearch.yml'), JSON.stringify(settings(options), undefined, 2));
  writeFileSync(join(folder, 'log4j2.properties'), logging);
}

const settings = ({ directory, address, port, audit = false }: Configuration) => ({
  'cluster.name': 'rehearsal',
  'node.name': 'node-1',
  'path.data': join(directory, 'data'),
  'path.logs': join(directory, 'logs'),
  // Where a restore drill may keep its snapshot.
  'path.repo': join(directory, 'snapshots'),
  'network.host': address,
  'http.port': port,
  'transport.port': 0,
  'discovery.type': 'single-node',
  // A workstation's disk is often fuller than a server's may be; the data of a rehearsal is small.
  'cluster.routing.allocation.disk.threshold_enabled': false,
  'plugins.security.ssl.transport.pemcert_filepath': 'tls/node.pem',
  'plugins.security.ssl.transport.pemkey_filepath': 'tls/node.key',
  'plugins.security.ssl.transport.pemtrustedcas_filepath': 'tls/ca.pem',
  'plugins.security.ssl.transport.enforce_hostname_verification': false,
  'plugins.security.ssl.http.enabled': true,
  'plugins.security.ssl.http.pemcert_filepath': 'tls/node.pem',
  'plugins.security.ssl.http.pemkey_filepath': 'tls/node.key',
  'plugins.security.ssl.http.pemtrustedcas_filepath': 'tls/ca.pem',
  'plugins.security.allow_default_init_securityindex': true,
  'plugins.security.restapi.roles_enabled': ['all_access'],
  'plugins.security.audit.type': audit ? 'internal_opensearch' : 'noop',
  // Sixteen characters; masks of a field are hashes with it.
  'plugins.security.compliance.salt': 'rehearsal0salt16',
});
