/** docs/errors.md and zh/docs/errors.md: each refusal with its message, in the order of the examples. */
import { examples, inChinese, messageOf } from './refusals';

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
};

const english = (example: string): string => `# Errors

中文：[配置错误](../zh/docs/errors.md)

A configuration that is wrong is refused before anything is synthesised or created. All that is wrong is listed at once. Each
refusal says where it is, what stands there, why it is refused and how to fix it, and ends with its code, which stays with its
rule.

${example}
Below is an example of each, as \`cdk synth\` prints it. Values that you see are those of the example environments.
\`npm run refusals -- --write\` writes this page; a test holds that every code of the configuration is on it, and that its example gets
that code.
`;

const chinese = (example: string): string => `# 配置错误

English: [Errors](../../docs/errors.md)

写错的配置在合成或创建任何东西之前就被拒绝，所有错误一次列出。每条消息写明位置、那里写了什么、为什么被拒绝、怎样改正（\`Fix:\` 之后），
末尾是编号；编号与规则一一对应，不会改作他用。

${example}
下面是每个编号的例子：英文是 \`cdk synth\` 打印的原文，其中的值取自示例环境；中文说明错在哪里、怎样改正。在本页搜索消息末尾的编号即可。
\`npm run refusals -- --write\` 生成本页；测试保证配置的每个编号都在这里，都有中文说明。
`;

const block = (text: string): string => `\`\`\`text\n${text}\n\`\`\`\n`;

/** File → its text. A code without a Chinese text has its message alone. */
export function pages(): Readonly<Record<'docs/errors.md' | 'zh/docs/errors.md', string>> {
  const messages = Object.keys(examples).map((code) => ({ code, message: block(messageOf(code)) }));
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
