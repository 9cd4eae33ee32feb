/** Our door to azle here, for the reason that canisters/risk/src/Platform.js gives. */
export { IDL, msgArgData, msgReply, performanceCounter, update } from 'azle';
