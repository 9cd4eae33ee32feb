/**
 * The one door to azle. azle ships TypeScript sources that do not compile under our compiler settings; behind this
 * plain module (typed in Platform.d.ts) they are bundled but never type-checked, and what we use of azle is in one place.
 */
export {
  IDL,
  inspectMessage,
  msgArgData,
  msgCaller,
  msgMethodName,
  msgReply,
  Principal,
  query,
  StableBTreeMap,
  time,
  trap,
  update,
} from 'azle';
