import type { Severity } from '../journal/Rows.ts';
import type { Alert } from './Alert.ts';
import { forcedClose, secondAgent, settingsDisagree } from './StateAlerts.ts';

/** Events that the catalogue knows by a better name. */
const KNOWN: Readonly<Record<string, (message: string) => Alert>> = {
  'second-agent': secondAgent,
  'settings-differ': settingsDisagree,
  'not-prepared': settingsDisagree,
  liquidated: (message) => forcedClose('liquidation', message),
  deleveraged: (message) => forcedClose('adl', message),
};

/** What an event of the agent is as an alert. Its key is the matter: the same again is the same alert. */
export function alertOf(severity: Severity, code: string, message: string): Alert {
  const known = KNOWN[code]?.(message);
  if (known !== undefined) return known;
  const words = code.replace(/-/g, ' ');
  return {
    key: code,
    level: severity,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    text: message,
  };
}
