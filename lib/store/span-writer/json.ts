/** JSON of parts, without an object of the whole: a document has the same members as thousands before it. */

/** A text of which nothing has to be escaped may be so long; others are left to the runtime. */
const short = 200;

/** As `JSON.stringify` has it. */
export function quoted(text: string): string {
  if (text.length > short) return JSON.stringify(text);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 32 || code > 126 || code === 34 || code === 92) return JSON.stringify(text);
  }
  return `"${text}"`;
}
