/** A mailbox at one instant. */
export interface MailboxState {
  readonly count: bigint;
  readonly bytes: bigint;
  readonly owner: number;
  readonly isProtected: boolean;
  /** Length of the head message; undefined on an empty mailbox. */
  readonly headLength: number | undefined;
}

/**
 * The mailbox system below the service. Calls but `send`, which gathers, are synchronous: none can wait for a message. A
 * refused call throws, or rejects with, an EngineError and has changed nothing.
 */
export abstract class Engine {
  /** Sets up an empty system. */
  abstract initialize(maxPointers: number, inverseProbability: number): void;
  /** Deletes every mailbox and message. */
  abstract shutdown(): void;
  abstract createMailbox(id: number, isProtected: boolean): void;
  abstract deleteMailbox(id: number): void;
  abstract getMailbox(id: number): MailboxState;
  /** Appends a message; once it resolves the message is in the mailbox. Messages keep the order of their calls. */
  abstract send(id: number, data: Uint8Array): Promise<void>;
  /** Removes the head message and returns its first `maxLength` bytes; undefined if there is none. */
  abstract receive(id: number, maxLength: number): Buffer | undefined;
  /** Whether the system is set up. Throws EngineUnavailableError if no engine answers. */
  abstract isInitialized(): boolean;
  /** Which engine serves the calls. Throws EngineUnavailableError if there is none. */
  abstract kind(): string;
}
