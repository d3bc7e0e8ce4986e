/** What undoes a call, by the response that tells of it. */
const undos = new WeakMap<object, () => void>();

/** Has `undo` run if the client of this call is gone before `response` is handed to gRPC. */
export function ifUndelivered(response: object, undo: () => void): void {
  undos.set(response, undo);
}

/** Undoes the call that `response` answers, if it can be undone. */
export function undoUndelivered(response: unknown): void {
  if (typeof response === 'object' && response !== null) {
    undos.get(response)?.();
  }
}
