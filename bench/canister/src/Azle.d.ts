import type { IDL } from '@dfinity/candid';

export { IDL } from '@dfinity/candid';

type MethodDecorator = <This, Args extends unknown[], Return>(
  method: (this: This, ...args: Args) => Return,
  context: ClassMethodDecoratorContext<This, (this: This, ...args: Args) => Return>,
) => void;

export function update(
  params: IDL.Type[],
  result: IDL.Type,
  options: { readonly manual: boolean },
): MethodDecorator;
export function msgArgData(): Uint8Array;
export function msgReply(bytes: Uint8Array): void;
/** Instructions so far: of this message for 0. */
export function performanceCounter(type: 0 | 1): bigint;
