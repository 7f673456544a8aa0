/** Docker's daemon answered, and the answer was no. `message` is the daemon's own. */
export class DockerError extends Error {
  /** HTTP status; for an error inside a stream, which comes after a 200, the code that the daemon put there or 500. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'DockerError';
    this.status = status;
  }
}
