/** The reference that the artifact store returns for a content, and that records carry in its place. */
export interface ArtifactReceipt {
  /** `<tenant>/<msg_id>/<content hash>`, and where it lies: opaque to all but the artifact store. */
  readonly ref: string;
  /** SHA-256 of the plain content's canonical JSON, hex. */
  readonly hash: string;
  /** Size of that JSON, bytes. */
  readonly bytes: number;
}
