/** Bytes that are no chunk, or one that is damaged; the message says what is wrong. */
export class ChunkError extends Error {}
