/** Code of a command's refusal → a command line that meets it. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { errors } from '@opensearch-project/opensearch';
import { parseEnvironments } from '../../config/parse';
import { unjudged } from '../../harness/context';
import { deploymentRoot } from '../../harness/deployment';
import { dev } from '../../harness/environments/dev';
import { edited } from '../../harness/environments/edited';
import { findJdk } from '../../harness/opensearch-node/java';
import { findPython } from '../../harness/python/environment';
import { Ends } from '../../judges/reach/ends';
import { buildApp } from '../../lib/app';
import { linked } from '../../lib/contract/link-parameters';
import { names } from '../../lib/contract/names';
import { parametersOf } from '../../lib/link/far-end-read';
import { readTraces } from '../../rehearsal/recorded-traces';
import { readRecording } from '../../rehearsal/recording';
import { linkAddresses } from '../../rehearsal/stage/link/link-addresses';
import { assertFree } from '../../rehearsal/stage/run-folder';
import { notSynthesised } from '../command';
import { explained, ownWay, reached } from '../connection';
import { end, ruleOf } from '../mute/mute';
import { accept, acceptedFile, readAcceptances } from '../review/accepted';
import { reachStore, type SessionAws } from '../session';
import { eraseSpans, restoreIndex } from '../store/held';
import { fromCheckov } from '../templates/findings';

/**
 * A line that is run; or one that is not, because it would need an account, a store or another machine, and what refuses it then. Without
 * that, its message stands as in the source, with … for what is put in.
 */
export type Met = string | readonly [line: string, refuses?: () => unknown];

const id = '0af7651916cd43dd8448eb211c80319c';
const config = (edits: Readonly<Record<string, unknown>> = {}) =>
  parseEnvironments({ 'config/dev.ts': edited<object>(dev, edits) })[0]!;

/** AWS with a domain in a VPC, and nothing that leads to it. */
const aws = (vpc?: string, instances: readonly string[] = []): SessionAws => {
  const send = async () => ({
    DomainStatus: { Endpoints: { vpc } },
    Reservations: [{ Instances: instances.map((InstanceId) => ({ InstanceId })) }],
  });
  return { ec2: { send }, openSearch: { send } } as unknown as SessionAws;
};
const session = { via: 'session', environment: 'dev', region: 'ap-east-1' } as const;
const host = 'vpc-harbourline-dev.ap-east-1.es.amazonaws.com';

/** What a domain answered, as a command says it. */
const answered = (statusCode: number) => () => {
  const error = new errors.ResponseError({ statusCode, body: {}, headers: {}, warnings: null, meta: {} as never });
  throw explained(error, { endpoint: `https://${host}`, auth: session as never }, 'store.readerRoleArns');
};

const mute =
  (wrong: object, alarms: readonly string[] = ['harbourline-dev: Calls to the mainland']) =>
  (): unknown =>
    ruleOf(
      { environment: 'dev', for: '2h', only: [], reason: 'change of the far end, NET-1299', by: '', ...wrong },
      alarms,
      Date.parse('2026-11-30T02:00Z'),
    );

const approval = { ticket: 'LEGAL-7', until: '2026-06-30', requestedBy: 'ann', approvedBy: 'bo' };
const erase = (id: string, until: string) => () =>
  eraseSpans(undefined as never, { ...approval, until, digest: '0'.repeat(64) } as never, id);
const restore = (index: string) => () =>
  restoreIndex({ indices: { exists: async () => ({ body: true }) } } as never, 'cs-automated-enc', 'one', index);

const ends = () =>
  new Ends(
    { hosts: new Map() } as never,
    { named: { mainland: ['10.20.0.0/16'], service: ['10.30.0.0/16'] } } as never,
  );

/** With a list of accepted findings in a folder of its own. */
function accepted(text: string, use: (root: string) => unknown): void {
  const root = mkdtempSync(join(tmpdir(), 'harbourline-refusals-'));
  try {
    mkdirSync(dirname(join(root, acceptedFile)), { recursive: true });
    writeFileSync(join(root, acceptedFile), text);
    use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** In the order of the page. */
export const met: Readonly<Record<string, Met>> = {
  'HL-ALLOW-023': ['npx cdk synth'],
  'HL-USERDATA-001': [
    'npx cdk synth',
    () => {
      const suffixes = Array.from({ length: 400 }, (_, index) => `.s${index}.cn.example.internal`);
      const edits = { 'mainland.hostSuffixes': suffixes, link: undefined, clients: [] };
      return buildApp([config(edits)], unjudged({ 'aws:cdk:bundling-stacks': [] }));
    },
  ],

  'HL-COMMAND-001': 'npx harbourline trace --since 1h --sevice payment',
  'HL-COMMAND-002': 'npm run smoke -- --env',
  'HL-COMMAND-003': 'npm run smoke -- dev',
  'HL-COMMAND-004': [
    'npm run preflight -- --env dev',
    () => {
      throw Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' });
    },
  ],
  'HL-COMMAND-005': 'npm run preflight',
  'HL-COMMAND-006': 'npm run reach -- --env production sampler store:443',
  'HL-COMMAND-007': 'npm run preflight -- --env dev-client-fx',
  'HL-COMMAND-008': ['npx harbourline size --env dev', () => deploymentRoot('/home/ann')],
  'HL-COMMAND-009': [
    'npm run link:far-end -- --env dev',
    () => linked({ ...config({ link: undefined, clients: [] }), link: undefined }),
  ],
  'HL-COMMAND-010': 'npx harbourline deploy',
  'HL-COMMAND-011': 'npm run allowlist -- why 10.20.8.10:4318 10.20.8.11:4318',
  'HL-COMMAND-012': [
    'npm run review -- --base main',
    () => {
      throw notSynthesised('The app');
    },
  ],

  'HL-INIT-001': 'npx harbourline init tracing --environments dev --package harbourline-0.1.0.tgz',
  'HL-INIT-002': 'npx harbourline init --environments dev',
  'HL-INIT-003': 'npx harbourline init tracing metrics --environments dev',
  'HL-INIT-004': 'npx harbourline init docs --environments dev',
  'HL-INIT-005': 'npx harbourline init tracing',
  'HL-INIT-006': 'npx harbourline init tracing --environments dev,dev',
  'HL-INIT-007': 'npx harbourline init tracing --environments dev --production prod',
  'HL-INIT-008': ['npx harbourline init tracing --environments dev --team "the platform"'],
  'HL-INIT-009': 'npx harbourline init tracing --environments dev --account sit=111111111111',

  'HL-UPGRADE-001': ['npx harbourline upgrade'],
  'HL-UPGRADE-002': ['npx harbourline upgrade'],
  'HL-UPGRADE-003': ['npx harbourline upgrade --from 0.0.9'],

  'HL-REHEARSE-001': 'npm run rehearse -- --scenario storm',
  'HL-REHEARSE-002': 'npm run rehearse -- --rate 500',
  'HL-REHEARSE-003': ['npm run rehearse -- --scenario link'],
  'HL-REHEARSE-004': 'npm run rehearse -- --deploy --env uat',
  'HL-REHEARSE-005': ['npm run rehearse'],
  'HL-REHEARSE-006': [
    'npm run rehearse',
    // An address that no machine has: the answer is the same everywhere.
    () => assertFree([{ name: 'gateway', address: '192.0.2.1', port: 4317 }]),
  ],
  'HL-REHEARSE-007': ['npm run rehearse -- --scenario full-disk'],
  'HL-REHEARSE-008': ['npm run rehearse -- --scenario link'],
  'HL-REHEARSE-009': [
    'npm run rehearse -- --scenario link',
    () => linkAddresses({ allowedFlows: [], relayAddresses: [] } as never),
  ],
  'HL-REHEARSE-010': ['npm run rehearse', () => findJdk({}, [])],
  'HL-REHEARSE-011': ['npm run rehearse', () => findPython([])],

  'HL-PREVIEW-001': ['npm run preview -- --env uat', () => readRecording('uat')],
  'HL-PREVIEW-002': ['npm run preview -- --env uat --scenario poison', () => readRecording('uat', 'poison')],
  'HL-PREVIEW-003': ['npm run preview -- --screenshot line.png'],

  'HL-TRACE-001': 'npm run trace -- --slow 800',
  'HL-TRACE-002': 'npm run trace -- --since yesterday',
  'HL-TRACE-003': 'npm run trace -- --count 1000',
  'HL-TRACE-004': 'npm run trace -- --crossing hongkong',
  'HL-TRACE-005': 'npm run trace -- --service=',
  'HL-TRACE-006': 'npm run trace -- --since 1h --until 2h',
  'HL-TRACE-007': 'npm run trace -- --attribute order.id',
  'HL-TRACE-008': `npm run trace -- ${id} --errors`,
  'HL-TRACE-009': 'npm run trace -- --export otlp',
  'HL-TRACE-010': `npm run trace -- ${id} --json --export otlp`,
  'HL-TRACE-011': 'npm run trace -- 0AF7',
  'HL-TRACE-012': `npm run trace -- ${id} --export html`,
  'HL-TRACE-013': [`npm run trace -- --env dev ${id}`],

  'HL-DOMAIN-001': [
    `npm run trace -- --env dev ${id}`,
    () => ownWay({ ...config(), store: { ...config().store, access: { ...config().store.access, via: 'none' } } }),
  ],
  'HL-DOMAIN-002': 'npm run trace -- --env dev --via vpn',
  'HL-DOMAIN-003': [
    'npm run trace -- --env dev --via session --endpoint https://store',
    () => via({ env: 'dev', endpoint: 'https://store' }),
  ],
  'HL-DOMAIN-004': ['npm run trace -- --via session', () => via({})],
  'HL-DOMAIN-005': 'npm run trace -- --endpoint https://store.example.internal/_dashboards',
  'HL-DOMAIN-006': ['npm run trace'],
  'HL-DOMAIN-007': ['npm run trace -- --env dev --via session', answered(403)],
  'HL-DOMAIN-008': ['npm run trace -- --env dev --via session', answered(401)],
  'HL-DOMAIN-009': [
    `npm run trace -- --endpoint https://${host}`,
    () => {
      const error = new errors.ConnectionError('connect ETIMEDOUT 10.10.64.7:443', {} as never);
      throw explained(error, { endpoint: `https://${host}`, auth: session as never }, '');
    },
  ],
  'HL-DOMAIN-010': ['npm run trace -- --env dev --via session', () => reachStore({ ...session, aws: aws() })],
  'HL-DOMAIN-011': ['npm run trace -- --env dev --via session', () => reachStore({ ...session, aws: aws(host) })],
  'HL-DOMAIN-012': [
    'npm run trace -- --env dev --via session',
    () =>
      reachStore({
        ...session,
        aws: aws(host, ['i-0123456789abcdef0']),
        open: () => spawn('sh', ['-c', 'echo SessionManagerPlugin is not found. >&2; exit 255']),
      }),
  ],
  'HL-DOMAIN-013': [
    'npm run trace -- --env dev --via endpoint',
    () => reachStore({ ...session, via: 'endpoint', aws: aws() }),
  ],

  'HL-SMOKE-001': 'npm run smoke -- --env dev --half both',
  'HL-SMOKE-002': 'npm run smoke -- --env dev --rehearse --half node',
  'HL-SMOKE-003': 'npm run smoke -- --env dev --half operator',
  'HL-SMOKE-004': `npm run smoke -- --env dev --half node --trace ${id}`,
  'HL-SMOKE-005': 'npm run smoke -- --env dev --half node --via session',
  'HL-SMOKE-006': ['npm run smoke -- --env dev'],
  'HL-SMOKE-007': ['npm run smoke -- --env dev --half operator --trace …'],

  'HL-SIZE-001': ['npm run size -- --env dev'],
  'HL-SIZE-002': 'npm run size -- --spans-per-second 2000 --node r7g.large',
  'HL-SIZE-003': 'npm run size -- --spans-per-second 2000 --collector m1.large',
  'HL-SIZE-004': 'npm run size -- --env dev --peak 3',
  'HL-SIZE-005': 'npm run size',
  'HL-SIZE-006': 'npm run size -- --spans-per-second 2000 --region eu-west-1',

  'HL-SCALE-001': 'npm run scale -- --spans-per-second many --services 40',
  'HL-SCALE-002': 'npm run scale -- --spans-per-second 2000',

  'HL-SAMPLING-001': ['npm run sampling -- --env uat --try floor=20', () => readTraces('uat', 'fair-day')],
  'HL-SAMPLING-002': 'npm run sampling -- --env dev --try flor=20',
  'HL-SAMPLING-003': 'npm run sampling -- --env dev',
  'HL-SAMPLING-004': 'npm run sampling -- --env dev --try floor=20 --bytes-per-span 1',
  'HL-SAMPLING-005': ['npm run sampling -- --env dev --try floor=20 --store --via session'],
  'HL-SAMPLING-006': 'npm run sampling -- --env dev --try floor=20 --store --since yesterday',

  'HL-MUTE-001': ['npm run mute -- --env dev --for 3d --reason …', mute({ for: '3d' })],
  'HL-MUTE-002': [
    'npm run mute -- --env dev --at 2026-11-29T18:00 --for 2h --reason …',
    mute({ at: '2026-11-29T18:00' }),
  ],
  'HL-MUTE-003': ['npm run mute -- --env dev --for 2h', mute({ reason: '' })],
  'HL-MUTE-004': ['npm run mute -- --env dev --only Storm --for 2h --reason …', mute({ only: ['Storm'] })],
  'HL-MUTE-005': [
    'npm run mute -- --env dev --for 2h --reason …',
    mute(
      {},
      Array.from({ length: 101 }, (_, index) => `harbourline-dev: ${index}`),
    ),
  ],
  'HL-MUTE-006': ['npm run mute -- --env dev --end lunch', () => end(undefined as never, names('dev'), 'lunch')],

  'HL-PREFLIGHT-001': 'npm run preflight -- --env dev-client-payments --first',
  'HL-PREFLIGHT-002': ['npm run preflight -- --env dev-client-payments'],

  'HL-REVIEW-001': ['npm run review -- --base main', () => accepted('- id: changed\n', readAcceptances)],
  'HL-REVIEW-002': [
    'npm run review -- --base main --accept table-replaced --reason ok',
    () => accepted('[]\n', (root) => accept(root, { id: 'table-replaced', reason: 'ok' })),
  ],
  'HL-REVIEW-003': 'npm run review -- --base no-such-branch',
  'HL-REVIEW-004': 'npm run review -- --base main --accept table-replaced',
  'HL-REVIEW-005': ['npm run review -- --base main --accept table-replaced --reason …'],

  'HL-REVIEW-006': ['npm run review -- --base main'],

  'HL-TEMPLATES-001': ['npx harbourline templates docs', () => fromCheckov('{"passed":0}')],
  'HL-TEMPLATES-002': [
    'npx harbourline templates cdk.out',
    () => fromCheckov('[{"results":{"failed_checks":[]},"summary":{"parsing_errors":1}}]'),
  ],

  'HL-REACH-001': 'npm run reach -- sampler store',
  'HL-REACH-002': 'npm run reach -- sampler store:70000',
  'HL-REACH-003': ['npm run reach -- somewhere store:443', () => ends().named('somewhere')],
  'HL-REACH-004': ['npm run reach -- beijing:10.20.8.10 gateway:4317', () => ends().named('beijing:10.20.8.10')],

  'HL-ALLOWLIST-001': 'npm run allowlist -- why [fd00::8]:4318',
  'HL-ALLOWLIST-002': 'npm run allowlist -- why 10.20.8.10',
  'HL-ALLOWLIST-003': 'npm run allowlist -- why 10.20.8.010:4318',
  'HL-ALLOWLIST-004': 'npm run allowlist -- why 10.20.8.10:99999',
  'HL-ALLOWLIST-005': 'npm run allowlist -- check',
  'HL-ALLOWLIST-006': 'npm run allowlist -- who',

  'HL-FAREND-001': ['npm run link:far-end -- --env dev'],
  'HL-FAREND-002': ['npm run link:far-end -- --env dev'],
  'HL-FAREND-003': ['npm run link:far-end -- --env dev', () => parametersOf(linked(config()), [])],
  'HL-FAREND-004': 'npm run link:far-end -- --env dev --from vpn.json',
  'HL-FAREND-005': 'npm run link:far-end -- --env dev --from LICENSE',
  'HL-FAREND-006': 'npm run link:far-end -- --env dev --from package.json',

  'HL-CALLS-001': 'npm run calls -- --boundary boundary.json',
  'HL-CALLS-002': 'npm run calls -- --boundary LICENSE',
  'HL-CALLS-003': 'npm run calls -- --boundary package.json',

  'HL-AGENT-001': 'npm run agent:package -- --env dev --arch x86',
  'HL-AGENT-002': 'npm run agent:ecs -- --env dev --image registry.example/harbourline-agent:latest',
  'HL-AGENT-003': ['npm run agent:chart -- --env dev'],

  'HL-COLLECTOR-001': ['npm run collector:build'],
  'HL-COLLECTOR-002': ['npm run collector:build'],
  'HL-COLLECTOR-003': ['npm run collector:build'],
  'HL-COLLECTOR-004': ['npm run collector:build'],
  'HL-COLLECTOR-005': 'npm run collector:build -- linux/riscv64',
  'HL-COLLECTOR-006': 'npx harbourline collector compile',

  'HL-HOLD-001': ['npm run store -- erase --env dev --ticket LEGAL-7 --id …', erase('user-1', '2026-06-30')],
  'HL-HOLD-002': ['npm run store -- erase --env dev --ticket LEGAL-7 --id ""', erase('', '2999-12-31')],
  'HL-HOLD-003': ['npm run store -- erase --env dev --ticket LEGAL-7 --id …', erase('user-1', '2999-12-31')],
  'HL-HOLD-004': [
    'npm run store -- restore --index .opendistro_security --snapshot one',
    restore('.opendistro_security'),
  ],
  'HL-HOLD-005': [
    'npm run store -- restore --index otel-v1-apm-span-000042 --snapshot one',
    restore('otel-v1-apm-span-000042'),
  ],
  'HL-HOLD-006': 'npm run store -- hold --env dev --ticket LEGAL-7',
  'HL-HOLD-007': ['npm run store -- hold --env dev --ticket LEGAL-7'],
  'HL-HOLD-008': 'npm run store -- keep --env dev',

  'HL-PACKAGE-001': ['npm run package -- --check'],
};

const via = (values: object) => reached({ region: 'ap-east-1', via: 'session', ...values } as never, 'trace');
