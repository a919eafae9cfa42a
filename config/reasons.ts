/** Written reasons: an auditor must be able to read why, who approved it, and until when. */

/** What a reason lacks, in words; nothing where it is one. */
export function reasonLacks(text: string): string[] {
  const words = new Set(
    (text.toLowerCase().match(/\p{Script=Latin}{3,}/gu) ?? []).filter((word) => !/^(.)\1+$/.test(word)),
  );
  const han = new Set(text.match(/\p{Script=Han}/gu) ?? []);
  return [
    ...(words.size >= 6 || han.size >= 12 ? [] : ['why, in six words or more that differ']),
    ...(/\b[A-Z][A-Z0-9]*[-_]?\d{2,}\b/.test(text) ? [] : ['the ticket of its approval, such as NET-1200']),
    ...(/\b20\d\d\b|20\d\d年/.test(text) ? [] : ['the year in which it ends']),
  ];
}
