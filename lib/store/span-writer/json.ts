/** JSON of parts, without an object of the whole: a document has the same members as thousands before it. */

/** A text of which nothing has to be escaped may be so long; others are left to the runtime. */
const short = 200;

/**
 * The same text in one piece. A text that was put together is a tree of its pieces, which is walked for every longer text
 * that it becomes part of: worth it for what is used many times.
 */
export function flat(text: string): string {
  // Any number of a text makes one piece of it.
  Number(text);
  return text;
}

/** As `JSON.stringify` has it. */
export function quoted(text: string): string {
  if (text.length > short) return JSON.stringify(text);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 32 || code > 126 || code === 34 || code === 92) return JSON.stringify(text);
  }
  return `"${text}"`;
}
