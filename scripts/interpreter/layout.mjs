/** Where QuickJS has what belongs to an object, in bytes from where a pointer to it leads. */
export const OBJECT = { count: 0, classNumber: 6, shape: 16, fields: 20, elements: 36, length: 40 };
/** Its numbers of the kinds of objects. */
export const CLASS = { values: 2, words: 27, doubles: 32 };
