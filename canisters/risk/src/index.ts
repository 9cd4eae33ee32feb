import * as boot from './Boot.ts';
import * as canister from './Canister.ts';
import {
  init,
  inspectMessage,
  isOnTheNetwork,
  postUpgrade,
  query,
  setTimer,
  update,
  type MethodOptions,
  type Type,
} from './Platform.js';

/** The method reads its argument itself; an installation without any is as good as one with an empty list. */
const MANUAL: MethodOptions = { manual: true };

/**
 * The Candid types of a method, for the build. On the network they are left out: every method takes its argument raw, and
 * to describe the interface again with each start would take as many instructions as all the rest of it.
 */
function of(method: string): [Type[], Type | undefined, MethodOptions] {
  if (isOnTheNetwork()) return [[], undefined, MANUAL];
  const [parameters, result] = canister.signatureOf(method);
  return [[...parameters], result, MANUAL];
}

/** Messages of their own, so that neither can undo the installation, nor one of them the other. */
function begin(): void {
  setTimer(0, () => {
    boot.runSelfTest();
  });
  setTimer(0, () => {
    canister.beginUpkeep();
  });
}

/** The methods of the canister. What they mean is said in `risk.did`; what they do, behind `Canister`. */
export default class Risk {
  @init([], MANUAL)
  after_install(): void {
    begin();
  }

  @postUpgrade([], MANUAL)
  after_upgrade(): void {
    canister.afterUpgrade();
    begin();
  }

  @update(...of('register'))
  register(): void {
    canister.register();
  }

  @update(...of('set_limits'))
  set_limits(): void {
    canister.actOn('set_limits');
  }

  @update(...of('cancel_pending'))
  cancel_pending(): void {
    canister.actOn('cancel_pending');
  }

  @update(...of('grant'))
  grant(): void {
    canister.actOn('grant');
  }

  @update(...of('revoke'))
  revoke(): void {
    canister.actOn('revoke');
  }

  @update(...of('rotate'))
  rotate(): void {
    canister.actOn('rotate');
  }

  @update(...of('halt'))
  halt(): void {
    canister.actOn('halt');
  }

  @update(...of('flatten'))
  flatten(): void {
    canister.actOn('flatten');
  }

  @update(...of('takeover'))
  takeover(): void {
    canister.actOn('takeover');
  }

  @update(...of('release'))
  release(): void {
    canister.actOn('release');
  }

  @update(...of('resume'))
  resume(): void {
    canister.actOn('resume');
  }

  @update(...of('set_mode'))
  set_mode(): void {
    canister.actOn('set_mode');
  }

  @update(...of('report'))
  report(): void {
    canister.actOn('report');
  }

  @update(...of('resolve'))
  resolve(): void {
    canister.actOn('resolve');
  }

  @update(...of('confirm_jump'))
  confirm_jump(): void {
    canister.actOn('confirm_jump');
  }

  @update(...of('set_recovery'))
  set_recovery(): void {
    canister.actOn('set_recovery');
  }

  @update(...of('recover'))
  recover(): void {
    canister.actOn('recover');
  }

  @update(...of('cancel_recovery'))
  cancel_recovery(): void {
    canister.actOn('cancel_recovery');
  }

  @update(...of('load_history'))
  load_history(): void {
    canister.loadHistory();
  }

  @update(...of('observe'))
  observe(): void {
    canister.observe();
  }

  @update(...of('intent'))
  intent(): void {
    canister.intent();
  }

  @update(...of('checkpoint'))
  checkpoint(): void {
    canister.checkpoint();
  }

  @query(...of('head'))
  head(): void {
    canister.head();
  }

  @query(...of('records'))
  records(): void {
    canister.records();
  }

  @query(...of('kept'))
  kept(): void {
    canister.kept();
  }

  @query(...of('state_part'))
  state_part(): void {
    canister.statePart();
  }

  @query(...of('keeper'))
  keeper(): void {
    canister.keeper();
  }

  @query(...of('agents'))
  agents(): void {
    canister.agents();
  }

  @query(...of('portfolio'))
  portfolio(): void {
    canister.portfolio();
  }

  @query(...of('reports'))
  reports(): void {
    canister.reports();
  }

  @update(...of('set_policy'))
  set_policy(): void {
    canister.setPolicy();
  }

  @query(...of('policy'))
  policy(): void {
    canister.policy();
  }

  @query(...of('build_info'))
  build_info(): void {
    canister.buildInfo();
  }

  @query(...of('http_request'))
  http_request(): void {
    canister.httpRequest();
  }

  @inspectMessage({ manual: true })
  inspect(): boolean {
    return canister.inspect();
  }
}
