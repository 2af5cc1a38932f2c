/** The memory that may be taken for data is used up. What was to be done has not been done. */
export class OutOfMemory extends Error {
  constructor(maxBytes: number) {
    super(`the ${maxBytes} bytes that the store may take are used up`);
    this.name = 'OutOfMemory';
  }
}
