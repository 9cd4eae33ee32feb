/** A refusal that becomes an HTTP response: the status and a plain-text reason for the client. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
  }
}

/** 400: the request is malformed, expired or not authentic. */
export function badRequest(message: string): HttpError {
  return new HttpError(400, message);
}

/** 403: the request is authentic, but this sender may not have what it asks for. */
export function forbidden(message: string): HttpError {
  return new HttpError(403, message);
}

/** 404: no such endpoint, or a state path nobody may ask for. */
export function notFound(message: string): HttpError {
  return new HttpError(404, message);
}
