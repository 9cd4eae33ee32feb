import type { Decision, Plan } from '@plimsoll/engine';

/** The plan that a wish was granted, or null: a refusal carries the plan that stands already, if there is one. */
export function grantedPlan({ action, plan }: Decision): Plan | null {
  return action === 'ENTER' ? plan : null;
}
