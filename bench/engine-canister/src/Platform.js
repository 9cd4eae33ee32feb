/** The door to azle, as in canisters/risk/src/Platform.js. */
export { IDL, msgArgData, msgReply, performanceCounter, update } from 'azle';
