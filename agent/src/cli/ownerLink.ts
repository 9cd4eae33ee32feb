import type { Config } from '../config/Config.ts';

/** Where on the owner's page something is done; null where no page is configured. */
export function ownerLink(
  { page, canister, owner }: Pick<Config, 'page' | 'canister' | 'owner'>,
  act: 'grant' | 'resume' | 'takeover' | 'confirm',
  parameters: Readonly<Record<string, string>> = {},
): string | null {
  if (page === undefined) return null;
  const url = new URL(page);
  // After the hash, so that it is not sent to whoever serves the page.
  url.hash = `/${act}?${new URLSearchParams({ canister, owner, ...parameters }).toString()}`;
  return url.toString();
}
