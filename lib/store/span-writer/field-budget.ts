/** Which attribute keys may become fields: an index has room for so many, and one service must not take it all. */
import { knownFields } from '../documents/attributes';

/** Fields beside those of the template that one writer lets into an index. Each takes two: a number has a text beside it. */
const perIndex = 300;
/** And of these, one service. */
const perService = 50;

/** What becomes of a field: the template has it, the index has it, it may have it from now on, or it is set aside. */
export type Admission = 'known' | 'confirmed' | 'fresh' | 'over';

/**
 * The budget of the index that is written to. An index knows only how many fields it has in all, and a writer nothing of
 * the others: so each lets in a share, and what the index refuses all the same closes the budget until the next index.
 */
export class FieldBudget {
  private readonly state = new Map<string, 'fresh' | 'confirmed'>();
  private readonly byService = new Map<string, number>();
  private index = '';
  private closed = false;

  admit(service: string, field: string): Admission {
    if (knownFields.has(field)) return 'known';
    const state = this.state.get(field);
    if (state) return state;
    const used = this.byService.get(service) ?? 0;
    if (this.closed || used >= perService || this.state.size >= perIndex) return 'over';
    this.byService.set(service, used + 1);
    this.state.set(field, 'fresh');
    return 'fresh';
  }

  /** The index has them now. */
  confirm(fields: readonly string[]): void {
    for (const field of fields) if (this.state.has(field)) this.state.set(field, 'confirmed');
  }

  /** The index takes no more: what it was not seen to take is set aside from now on. @returns which of `fields` it has */
  close(fields: readonly string[]): string[] {
    this.closed = true;
    return fields.filter((field) => {
      if (this.state.get(field) === 'confirmed') return true;
      this.state.delete(field);
      return false;
    });
  }

  /** Another index has room again. */
  writesTo(index: string): void {
    // Answers overtake each other: numbers only grow.
    if (index <= this.index) return;
    const first = this.index === '';
    this.index = index;
    if (first) return;
    this.state.clear();
    this.byService.clear();
    this.closed = false;
  }
}
