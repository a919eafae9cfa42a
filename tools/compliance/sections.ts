import { readFileSync, writeFileSync } from 'node:fs';

const marks = (name: string): [string, string] => [`<!-- ${name} -->`, `<!-- /${name} -->`];

/** The text of a generated section, undefined where the document has none of that name. */
export function sectionOf(document: string, name: string): string | undefined {
  const [from, to] = marks(name);
  const [start, end] = [document.indexOf(from), document.indexOf(to)];
  return start >= 0 && end > start ? document.slice(start + from.length, end).trim() : undefined;
}

/** Replaces what stands between the marks of a section, or adds it at the end; what others wrote stays. */
export function withSection(document: string, name: string, text: string): string {
  const [from, to] = marks(name);
  const section = `${from}\n${text.trim()}\n${to}`;
  const [start, end] = [document.indexOf(from), document.indexOf(to)];
  return start >= 0 && end > start
    ? document.slice(0, start) + section + document.slice(end + to.length)
    : `${document.trimEnd()}\n\n${section}\n`;
}

/** Replaces a section that must be there. @throws Error with the page, where its marks are lost */
export function renewedSection(page: string, document: string, name: string, text: string): string {
  if (sectionOf(document, name) === undefined)
    throw new Error(`${page} has lost its marks: ${marks(name).join(' … ')}`);
  return withSection(document, name, text);
}

/** Writes sections of a file. */
export function writeSections(file: string, sections: Readonly<Record<string, string>>): void {
  const written = Object.entries(sections).reduce(
    (document, [name, text]) => withSection(document, name, text),
    readFileSync(file, 'utf8'),
  );
  writeFileSync(file, written);
}
