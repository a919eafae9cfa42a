/** What Vale counts in a page. */
export interface Counts {
  readonly words: number;
  readonly sentences: number;
  readonly syllables: number;
}

/**
 * Years of school that a text takes, by Flesch and Kincaid (1975): 0.39 words a sentence, 11.8 syllables a word. 8 is plain, 12 is
 * hard.
 */
export const gradeOf = ({ words, sentences, syllables }: Counts): number =>
  words === 0 ? 0 : 0.39 * (words / Math.max(sentences, 1)) + 11.8 * (syllables / words) - 15.59;
