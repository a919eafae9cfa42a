import { posix } from 'node:path';
import { defineConfig } from 'vitepress';

/** Where sources are read that are no page. An example: put in your own. */
const repository = 'https://github.com/example/harbourline/blob/main';

const pages = (prefix: string, names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([page, text]) => ({ text, link: `${prefix}/docs/${page}` }));

/** The documentation site: the same Markdown as in the repository, in both languages, with a search. */
export default defineConfig({
  title: 'Harbourline',
  cleanUrls: true,
  outDir: 'site',
  cacheDir: 'node_modules/.vitepress',
  rewrites: { 'README.md': 'index.md', 'zh/README.md': 'zh/index.md' },
  srcExclude: [
    'node_modules/**',
    'python/**',
    'review/**',
    '.github/**',
    'harness/**',
    'charts/**',
    'examples/**',
    'site/**',
    'tools/**',
    'test/**',
  ],
  markdown: {
    config(md) {
      const { normalizeLink } = md;
      // Vue takes two braces for an expression.
      md.renderer.rules.text = (tokens, index) =>
        md.utils.escapeHtml(tokens[index]?.content ?? '').replaceAll('{{', '&#123;&#123;');
      md.core.ruler.push('sources', ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.type === 'link_open' ? token.attrGet('href') : null;
          if (!href || /^(?:[a-z]+:|#)/.test(href) || /\.md(?:#|$)/.test(href)) continue;
          const path = posix.join(posix.dirname(env.relativePath), href);
          token.attrSet('href', normalizeLink(`${repository}/${path}`));
        }
      });
    },
  },
  themeConfig: { search: { provider: 'local' }, outline: [2, 3] },
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      description: 'Tracing for Python services in Hong Kong and the mainland',
      themeConfig: {
        sidebar: [
          {
            text: 'Start',
            items: [
              { text: 'Harbourline', link: '/' },
              ...pages('', { rehearsal: 'Rehearsal', operations: 'Operations' }),
            ],
          },
          {
            text: 'Services',
            items: pages('', { instrument: 'Instrument a service', agent: 'The agent', context: 'Context' }),
          },
          {
            text: 'On call',
            items: pages('', {
              runbook: 'Runbook',
              dashboards: 'Dashboards',
              notify: 'Notification',
              traces: 'Find a trace',
            }),
          },
          { text: 'The border', items: pages('', { link: 'The link', defaults: 'Defaults and ports' }) },
          {
            text: 'Reference',
            items: pages('', {
              store: 'Store',
              review: 'Review',
              compliance: 'Compliance',
              performance: 'Performance',
              architecture: 'Architecture',
              errors: 'Errors',
              glossary: 'Glossary',
              style: 'Style',
              'adr/README': 'Decisions',
            }),
          },
        ],
      },
    },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      description: '为香港与内地的 Python 服务提供追踪',
      themeConfig: {
        sidebar: [
          { text: '开始', items: [{ text: 'Harbourline', link: '/zh/' }, ...pages('/zh', { operations: '运维' })] },
          { text: '服务', items: pages('/zh', { instrument: '接入追踪', agent: 'agent' }) },
          { text: '值班', items: pages('/zh', { runbook: '运行手册' }) },
          { text: '跨境', items: pages('/zh', { link: '链路', 'far-end': '对端' }) },
          {
            text: '参考',
            items: [...pages('/zh', { store: '存储', errors: '配置错误' }), ...pages('', { glossary: '术语表' })],
          },
        ],
        outline: { label: '本页内容' },
        docFooter: { prev: '上一页', next: '下一页' },
      },
    },
  },
});
