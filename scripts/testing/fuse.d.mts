/** Hosts that were refused in this process since they were taken last. */
export function takeBlown(): string[];
