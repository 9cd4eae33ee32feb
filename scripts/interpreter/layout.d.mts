/** Where QuickJS has what belongs to an object, in bytes. */
export const OBJECT: {
  readonly count: number;
  readonly classNumber: number;
  readonly shape: number;
  readonly fields: number;
  readonly elements: number;
  readonly length: number;
};
