/** docs/errors.md and zh/docs/errors.md: each refusal with its message, in the order of the examples. */
import { met } from './commands';
import { examples, inChinese, messageOf, messageOfCommand } from './refusals';

/** Part of the code → headings, in English and in Chinese. */
const rooms: Readonly<Record<string, readonly [string, string]>> = {
  SHAPE: ['Form of a setting', '设置的形式'],
  ENV: ['Environment', '环境'],
  FIELD: ['Names and ids', '名称与编号'],
  CIDR: ['Prefixes', '前缀'],
  NETWORK: ['Network', '网络'],
  QUOTA: ['Quotas of AWS', 'AWS 的配额'],
  ACCOUNT: ['Accounts and keys', '账户与密钥'],
  COLLECT: ['Collectors and sampling', '采集器与采样'],
  ENTRANCE: ['Way in of services', '服务的入口'],
  STORE: ['Store', '存储'],
  ACCESS: ['Way in of people', '人员的入口'],
  OBSERVE: ['Metrics, alarms, notifications', '指标、告警与通知'],
  LINK: ['Link', '跨境链路'],
  ALLOW: ['Allow-list', '允许清单'],
  ORG: ['What the organisation has', '组织已有的规定与资源'],
  BETWEEN: ['Between environments', '环境之间'],
  USERDATA: ['User data of an instance', '实例的用户数据'],
  COMMAND: ['Every command', '所有命令'],
  INIT: ['Command init', '命令 init'],
  UPGRADE: ['Command upgrade', '命令 upgrade'],
  REHEARSE: ['Command rehearse', '命令 rehearse'],
  PREVIEW: ['Command preview', '命令 preview'],
  TRACE: ['Command trace', '命令 trace'],
  DOMAIN: [
    'Commands that read a store: trace, store, sampling, smoke',
    '读取存储的命令：trace、store、sampling、smoke',
  ],
  SMOKE: ['Command smoke', '命令 smoke'],
  SIZE: ['Command size', '命令 size'],
  SCALE: ['Command scale', '命令 scale'],
  SAMPLING: ['Command sampling', '命令 sampling'],
  MUTE: ['Command mute', '命令 mute'],
  PREFLIGHT: ['Command preflight', '命令 preflight'],
  REVIEW: ['Command review', '命令 review'],
  TEMPLATES: ['Command templates', '命令 templates'],
  REACH: ['Command reach', '命令 reach'],
  ALLOWLIST: ['Command allowlist', '命令 allowlist'],
  CALLS: ['Command calls', '命令 calls'],
  FAREND: ['Command link:far-end', '命令 link:far-end'],
  AGENT: [
    'Commands agent:package, agent:image, agent:ecs, agent:chart',
    '命令 agent:package、agent:image、agent:ecs、agent:chart',
  ],
  COLLECTOR: ['Command collector', '命令 collector'],
  HOLD: ['Command store', '命令 store'],
  PACKAGE: ['Command package', '命令 package'],
};

const english = (example: string): string => `# Errors

中文：[配置与命令的错误](../zh/docs/errors.md)

A configuration that is wrong is refused before anything is synthesised or created. All that is wrong is listed at once. Each
refusal says where it is, what stands there, why it is refused and how to fix it, and ends with its code, which stays with its
rule.

${example}
A command refuses what it cannot do in the same way: an option that is wrong, or what it needs and does not find. Its message ends with a
code, too, and exit code 1 follows. Tools that only those need who work on Harbourline itself, such as \`mutate\`, \`nightly\` and
\`bench:peers\`, have none.

Below is an example of each, as \`cdk synth\` or the command prints it. Values that you see are those of the example environments; … stands
for what only an account or a store would say. \`npm run refusals -- --write\` writes this page; tests hold that every code is on it, and
that its example gets that code.
`;

const chinese = (example: string): string => `# 配置与命令的错误

English: [Errors](../../docs/errors.md)

写错的配置在合成或创建任何东西之前就被拒绝，所有错误一次列出。每条消息写明位置、那里写了什么、为什么被拒绝、怎样改正（\`Fix:\` 之后），
末尾是编号；编号与规则一一对应，不会改作他用。

${example}
命令也一样：选项写错、缺少所需的东西时，命令拒绝执行，消息末尾同样是编号，退出码为 1。只供开发 Harbourline 本身使用的工具（如 \`mutate\`、
\`nightly\`、\`bench:peers\`）没有编号。

下面是每个编号的例子：英文是 \`cdk synth\` 或命令打印的原文，其中的值取自示例环境，“…”代表只有账户或存储才会给出的内容；中文说明错在哪里、
怎样改正。在本页搜索消息末尾的编号即可。\`npm run refusals -- --write\` 生成本页；测试保证每个编号都在这里，都有中文说明。
`;

const block = (text: string): string => `\`\`\`text\n${text}\n\`\`\`\n`;

/** File → its text. A code without a Chinese text has its message alone. */
export async function pages(): Promise<Readonly<Record<'docs/errors.md' | 'zh/docs/errors.md', string>>> {
  const messages = Object.keys(examples).map((code) => ({ code, message: block(messageOf(code)) }));
  // One after another: each takes over what this process prints.
  for (const code of Object.keys(met)) messages.push({ code, message: block(await messageOfCommand(code)) });
  const page = (head: (example: string) => string, language: 0 | 1, below: (code: string) => string): string => {
    const sections = Object.entries(rooms).map(([room, titles]) => {
      const entries = messages
        .filter(({ code }) => code.split('-')[1] === room)
        .map(({ code, message }) => `### ${code}\n\n${message}${below(code)}`);
      return `## ${titles[language]}\n\n${entries.join('\n')}`;
    });
    return `${head(block(messageOf('HL-CIDR-004')))}\n${sections.join('\n')}`;
  };
  return {
    'docs/errors.md': page(english, 0, () => ''),
    'zh/docs/errors.md': page(chinese, 1, (code) => (inChinese[code] ? `\n${inChinese[code]}\n` : '')),
  };
}
