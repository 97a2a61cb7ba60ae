/**
 * What can go wrong between a tablet and a node.
 *
 * ```
 * SyncError
 * ├── NodeUnreachable   no answer: no network, a dead connection
 * │   └── NodeFailing   an answer that refuses nothing: starting, full, overloaded, a broken proxy
 * ├── NodeRefusal       the control API said no, with a problem code of wire §6
 * ├── NodeReplaced      another node answers under the same name
 * ├── AccessRefused     the node refused the token on a replication path (401, 403)
 * └── UnexpectedAnswer  an answer that wire.md does not describe
 * ```
 * None of them loses anything: what was to be sent stays in the local database and is sent later.
 */
export class SyncError extends Error {
  override readonly name: string = "SyncError";
}

/** No node answered. Nothing is wrong with what the tablet holds; it is tried again later. */
export class NodeUnreachable extends SyncError {
  override readonly name: string = "NodeUnreachable";
}

/** The node, or what stands before it, answered that it cannot now (5xx, 429). It is asked again later. */
export class NodeFailing extends NodeUnreachable {
  override readonly name: string = "NodeFailing";

  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

/** The node understood and refused. `code` is the problem code of wire §6, `status` the HTTP status. */
export class NodeRefusal extends SyncError {
  override readonly name = "NodeRefusal";

  constructor(
    readonly code: string,
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

/** The replication host refused the token: it expired early, or the tablet was revoked. */
export class AccessRefused extends SyncError {
  override readonly name = "AccessRefused";

  constructor(readonly status: number) {
    super(`the node refused access (${status})`);
  }
}

/** Another node answers under the same name: sequences of the first mean nothing to it. */
export class NodeReplaced extends SyncError {
  override readonly name = "NodeReplaced";

  constructor(readonly instance: string) {
    super("another node answers");
  }
}

/** The answer does not have the shape that wire.md gives it. */
export class UnexpectedAnswer extends SyncError {
  override readonly name = "UnexpectedAnswer";
}
