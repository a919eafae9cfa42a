import { marked } from 'marked';

const style = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #1f2328; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; width: 100%; }
th, td { border: 1px solid #d0d7de; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th:empty { display: none; }
pre { background: #f6f8fa; padding: 0.6rem; overflow-x: auto; font-size: 13px; line-height: 1.35; }
pre .add { background: #dafbe1; } pre .del { background: #ffebe9; } pre .at { color: #6639ba; }
code { background: #f6f8fa; } pre code { background: none; }
details > summary { cursor: pointer; font-family: monospace; }
h2 { border-bottom: 1px solid #d0d7de; }
`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const classes: Readonly<Record<string, string>> = { '+': 'add', '-': 'del', '@': 'at' };

/** A page as one file without scripts, for the artefact of a run. What stands in a difference is text, never markup. */
export function html(markdown: string, title: string): string {
  const renderer = new marked.Renderer();
  renderer.code = ({ text }) =>
    `<pre><code>${text
      .split('\n')
      .map((line) => {
        const name = classes[line[0] ?? ''];
        return name ? `<span class="${name}">${escaped(line)}</span>` : escaped(line);
      })
      .join('\n')}</code></pre>`;
  // Only what the page itself writes.
  renderer.html = ({ text }) => (/^\s*(<\/?(details|summary)>|<br>)/.test(text) ? text : escaped(text));
  const body = marked.parse(markdown, { renderer, async: false, gfm: true });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${style}</style>
${body}
</html>
`;
}
