/**
 * Run by change review in a checkout (its working directory), with the checkout's own code: synthesises environments into
 * CDK_OUTDIR, and writes beside them what is handed to people and machines outside of the stacks: `handed-out.json`.
 * Policy packs judge at `cdk synth`; here they would only take time. Arguments: names of environments, all if none.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const checkout = process.cwd();
const load = (path: string): Record<string, unknown> => require(join(checkout, path));

/** Harbourline as the checkout has it: its own sources, or the package. */
const isSource = existsSync(join(checkout, 'lib/app.ts'));
const product = isSource ? checkout : join(checkout, 'node_modules/harbourline/dist');
const ending = isSource ? '.ts' : '.js';

/** A resource that no template has. */
interface Handed {
  readonly Type: `Harbourline::${string}`;
  readonly Properties: Record<string, unknown>;
}

interface Config {
  readonly environment: string;
  readonly link?: { readonly allowlist: { readonly file: string; readonly text: string } };
}

const attempt = <T>(make: () => T): T | { error: string } => {
  try {
    return make();
  } catch (error) {
    return { error: error instanceof Error ? error.message : `${error}` };
  }
};

/** Text files of the product beneath a folder by path, tests apart. */
function texts(folder: string, wanted: RegExp): Record<string, string> {
  if (!existsSync(join(product, folder))) return {};
  const paths = readdirSync(join(product, folder), { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    paths
      .filter((path) => wanted.test(path) && !/_test\.go$|testdata|node_modules/.test(path))
      .filter((path) => statSync(join(product, folder, path)).isFile())
      .map((path) => [join(folder, path), readFileSync(join(product, folder, path), 'utf8')]),
  );
}

/** DescribeVpnConnections as it will answer: AWS's own addresses are not known before. */
// biome-ignore lint/suspicious/noExplicitAny: properties as they stand in a template
function connectionOf(properties: Record<string, any>): unknown {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const options = properties.VpnTunnelOptionsSpecifications.map((each: Record<string, any>, at: number) => ({
    ...each,
    IkeVersions: each.IKEVersions,
    DpdTimeoutSeconds: each.DPDTimeoutSeconds,
    DpdTimeoutAction: each.DPDTimeoutAction,
    OutsideIpAddress: `outside-of-tunnel-${at + 1}`,
  }));
  return { VpnConnectionId: 'vpn', PreSharedKeyArn: 'key-of-the-vpn', Options: { TunnelOptions: options } };
}

interface Template {
  readonly Resources?: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
}

/** What a module of the checkout exports, wherever it is today. @throws Error where none does */
function exported<T>(name: string): T {
  const defined = new RegExp(`^(export (async )?(function|const) ${name}\\b|exports\\.${name} = )`, 'm');
  const paths = Object.entries(texts('lib', isSource ? /(?<!\.d)\.ts$/ : /\.js$/))
    .filter(([, text]) => defined.test(text))
    .map(([path]) => path);
  if (!paths[0]) throw new Error(`Nothing in lib exports ${name}.`);
  return require(join(product, paths[0]))[name] as T;
}

/** What the far end is handed: the files of `npm run link:far-end`, as far as they are known before a deployment. */
function farEnd(config: Config, templates: readonly Template[]): Record<string, string> {
  const farEndFiles = exported<(parameters: unknown) => Record<string, string>>('farEndFiles');
  const linked = exported<(config: Config) => unknown>('linked');
  const linkParameters = exported<(config: unknown, connections: unknown) => unknown>('linkParameters');
  const vpns = templates
    .flatMap(({ Resources = {} }) => Object.values(Resources))
    .filter(({ Type }) => Type === 'AWS::EC2::VPNConnection')
    .map(({ Properties = {} }) => [
      Properties.OutsideIpAddressType === 'PrivateIpv4' ? 'vpnOverDirectConnect' : 'siteToSiteVpn',
      connectionOf(Properties),
    ]);
  const { 'receiver/responder.js': _, ...files } = farEndFiles(
    linkParameters(linked(config), Object.fromEntries(vpns)),
  );
  return files;
}

interface Deployment {
  environments(): Config[];
  app(configs: Config[], props: object): { synth(): Assembly };
}

/** What the checkout deploys, by its own version of Harbourline. Before there was a deployment's file, the code named all. */
function deploymentOf(): Deployment {
  if (existsSync(join(checkout, 'harbourline.config.ts'))) {
    const { default: found } = load('harbourline.config.ts') as { default: Deployment & { default?: Deployment } };
    return found.default ?? found;
  }
  const { loadEnvironments } = load('config') as { loadEnvironments: Deployment['environments'] };
  const { buildApp } = load('lib/app') as { buildApp: Deployment['app'] };
  return { environments: loadEnvironments, app: buildApp };
}
interface Assembly {
  readonly stacksRecursively: readonly { readonly hierarchicalId: string; readonly template: Template }[];
}

const wanted = process.argv.slice(2);
const deployment = deploymentOf();
const configs = deployment.environments();
const chosen = configs.filter(({ environment }) => wanted.length === 0 || wanted.includes(environment));
const { context } = JSON.parse(readFileSync(join(checkout, 'cdk.json'), 'utf8'));
const app = deployment.app(chosen, {
  context: { ...context, 'aws:cdk:bundling-stacks': [] },
  builtinCloudFormationValidation: false,
});
const { writeAcknowledgmentsInto } = require(join(product, `lib/compliance/policy${ending}`)) as {
  writeAcknowledgmentsInto?: (app: unknown) => void;
};
writeAcknowledgmentsInto?.(app);
const stacks = app.synth().stacksRecursively;

/** Data that programs and configurations are made of. */
const data = /^(?!.*(distribution|allowlists)\/).*\.(yaml|json|tsv|csv)$/;

const shared: Record<string, Handed> = {
  'collector distribution': {
    Type: 'Harbourline::Sources',
    Properties: { Files: texts('lib', /distribution\/.*\.(go|yaml|json|txt|tsv|mod)$/) },
  },
  'shared data': {
    Type: 'Harbourline::Sources',
    Properties: { Files: { ...texts('config', data), ...texts('lib', data) } },
  },
  // What services and nodes run that no stack brings them.
  'Python package': {
    Type: 'Harbourline::Sources',
    Properties: { Files: texts('python/harbourline-otel', /^(src\/.*\.(py|pth|json)|pyproject\.toml)$/) },
  },
  'Helm chart': { Type: 'Harbourline::Sources', Properties: { Files: texts('charts', /\.(yaml|tpl|json)$/) } },
};
const handedOut = Object.fromEntries(
  chosen.map((config) => [
    config.environment,
    {
      ...shared,
      ...(config.link
        ? {
            [config.link.allowlist.file]: {
              Type: 'Harbourline::AllowList',
              Properties: { Text: config.link.allowlist.text },
            },
            'far end': {
              Type: 'Harbourline::FarEnd',
              Properties: {
                Files: attempt(() =>
                  farEnd(
                    config,
                    stacks
                      .filter(({ hierarchicalId }) => hierarchicalId.startsWith(`${config.environment}/`))
                      .map(({ template }) => template),
                  ),
                ),
              },
            },
          }
        : {}),
    },
  ]),
);
writeFileSync(
  join(process.env.CDK_OUTDIR ?? '.', 'handed-out.json'),
  JSON.stringify({ handedOut, all: configs.map(({ environment }) => environment) }),
);
