/** Layout of the stable memory as a whole: which maps there are and what they hold. */
export const SCHEMA_VERSION = 0;
