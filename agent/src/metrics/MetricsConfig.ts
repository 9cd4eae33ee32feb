import { z } from 'zod';
import { isLoopback } from '../http/HttpServer.ts';

/** The section `metrics` of the configuration. */
export const MetricsConfig = z
  .strictObject({
    enabled: z.boolean().default(false),
    host: z.string().min(1).default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(9_464),
    /** Has to be said to listen on an address that others reach: equity and position would be read by whoever does. */
    allowRemote: z.boolean().default(false),
  })
  .refine(({ host, allowRemote }) => isLoopback(host) || allowRemote, {
    message:
      'expected 127.0.0.1 or ::1; say allowRemote: true to show equity and position where others reach',
    path: ['host'],
  });

export type MetricsConfig = z.infer<typeof MetricsConfig>;
