import type { Reply } from '../Reply.ts';

/** One page of a list, and where the next one begins; null after the last. */
export interface Page {
  readonly rows: readonly Reply[];
  readonly next: string | null;
}

/** A list this long is none of ours. */
const MAX_PAGES = 200;

/** The whole of a list that a venue tells page by page. @throws Error when it never ends */
export async function allPages(read: (after: string | null) => Promise<Page>): Promise<readonly Reply[]> {
  const all: Reply[] = [];
  let after: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { rows, next }: Page = await read(after);
    all.push(...rows);
    if (next === null || next === after || rows.length === 0) return all;
    after = next;
  }
  throw new Error(`expected a list to end within ${String(MAX_PAGES)} pages, got more`);
}
