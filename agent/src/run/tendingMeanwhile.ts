import { VenueError } from '../venue/VenueError.ts';

const TEND_EVERY_MS = 4_000;

/**
 * Waits for work that leans on the canister; however long that takes, what the plan at hand allows by itself is done
 * meanwhile. A venue that cannot be asked is asked the next time; any other failure of `tend` is a defect and ends both.
 */
export async function tendingMeanwhile<T>(work: () => Promise<T>, tend: () => Promise<void>): Promise<T> {
  let tending: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  const broken = new Promise<never>((_, reject) => {
    const tendOnce = async (): Promise<void> => {
      try {
        await tend();
      } catch (error) {
        if (!(error instanceof VenueError)) reject(error as Error);
      }
      tending = null;
    };
    timer = setInterval(() => (tending ??= tendOnce()), TEND_EVERY_MS);
  });
  try {
    return await Promise.race([work(), broken]);
  } finally {
    clearInterval(timer);
    await tending;
  }
}
