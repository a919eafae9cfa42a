/** Values of an environment's file: what people change most. */
import { after, edit, type Graded } from '../graded';

const prod = 'config/prod.ts';
const change = (from: string, to: string) => [edit(prod, from, to)];

export const settingCases: readonly Graded[] = [
  {
    name: 'one role more of a client reads the certificate of agents',
    edits: change(
      "['arn:aws:iam::333333333335:role/service-node']",
      "['arn:aws:iam::333333333335:role/service-node', 'arn:aws:iam::333333333335:role/batch-node']",
    ),
    grade: 'caution',
    finds: { 'iam-widens': 'secretsmanager:GetSecretValue on itself if aws:PrincipalArn' },
    silent: ['iam-sweeping'],
  },
  {
    name: 'a client of another account',
    edits: [
      after(
        prod,
        '  clients: [',
        "    { name: 'loans', account: '999999999999', vpcs: [{ vpcId: 'vpc-02123456789abcde9', prefixes: ['10.32.5.0/24'], subnetIds: ['subnet-02123456789abcde7', 'subnet-02123456789abcde8'] }], nodeRoleArns: ['arn:aws:iam::999999999999:role/service-node'] },",
      ),
    ],
    grade: 'danger',
    finds: { 'foreign-account': '999999999999' },
  },
  {
    name: 'more ordinary traces are always kept',
    edits: [after(prod, '  sampling: {', '    floorPercent: 15,')],
    grade: 'caution',
    finds: { 'sampling-changes': '10 → 15' },
  },
  {
    name: 'half of the service nodes at once',
    edits: [after(prod, "  account: '333333333333',", '  agent: { concurrencyPercent: 50 },')],
    grade: 'caution',
    finds: { 'roll-out-faster': '10% → 50%' },
  },
  {
    name: 'one service node in twenty at once',
    edits: [after(prod, "  account: '333333333333',", '  agent: { concurrencyPercent: 5 },')],
    grade: 'note',
    finds: { 'roll-out-slower': '10% → 5%' },
  },
  {
    name: 'agents on nodes with another tag',
    edits: [after(prod, "  account: '333333333333',", "  agent: { tagKey: 'tier' },")],
    grade: 'danger',
    finds: { 'runs-elsewhere': 'tier' },
  },
  {
    name: 'indices of twice as many shards',
    edits: change('shards: 3,', 'shards: 6,'),
    grade: 'caution',
    finds: { 'store-document': 'number_of_shards' },
  },
  {
    name: 'smaller groups cross the border',
    edits: change(
      "      instanceType: 'm7g.medium',\n      volumeGiB: 60,",
      "      instanceType: 'm7g.medium',\n      minimumCalls: 2,\n      volumeGiB: 60,",
    ),
    grade: 'caution',
    finds: { 'collector-otherwise': '→ 2' },
  },
  {
    name: 'relays verify another name',
    edits: change("name: 'receiver.prod.cn.example.internal'", "name: 'receiver.vendor.example'"),
    grade: 'danger',
    finds: { 'collector-transport': 'receiver.vendor.example' },
  },
  {
    name: 'a mainland with more addresses',
    edits: change(
      "    prefixes: ['10.22.0.0/16'],\n    hostSuffixes",
      "    prefixes: ['10.22.0.0/16', '10.23.0.0/16'],\n    hostSuffixes",
    ),
    grade: 'caution',
    finds: { 'collector-otherwise': '10.23.0.0/16' },
  },
  {
    name: 'dashboards in one language',
    edits: [after(prod, '  observe: {', "    language: 'en',")],
    grade: 'note',
    finds: { 'dashboard-otherwise': 'settings' },
  },
  {
    name: 'an objective that allows less',
    edits: change("'hk-cn': 400", "'hk-cn': 350"),
    grade: 'caution',
    finds: { 'alarm-laxer': '350' },
  },
];
