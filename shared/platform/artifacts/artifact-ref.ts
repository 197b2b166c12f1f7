import type { ArtifactOwner } from "./artifact-store.ts";
import { artifactMissing, nameStart } from "./sealed-artifact.ts";
import { frameBytesMax } from "./segment-frame.ts";

/** Where a frame lies: the range of bytes in a segment. */
export interface SegmentPlace {
  /** `<yyyy-mm-dd>/<24 hex digits>`, unique for ever. */
  readonly segment: string;
  /** Bytes. */
  readonly offset: number;
  /** Bytes of the whole frame. */
  readonly length: number;
}

/** What a reference says. */
export interface ArtifactLocation {
  /** `<tenant>/<msg_id>/<hash>`. */
  readonly name: string;
  readonly hash: string;
  /** Undefined for an artifact in a file of its own, as releases before segments wrote them. */
  readonly place: SegmentPlace | undefined;
}

const afterName = /^([0-9a-f]{64})(?:\/(\d{4}-\d\d-\d\d\/[0-9a-f]{24})\/(0|[1-9]\d{0,10})\/([1-9]\d{0,8}))?$/;

/** The reference of an artifact at a place: `<tenant>/<msg_id>/<hash>/<day>/<segment>/<offset>/<length>`. */
export function refOf(name: string, { segment, offset, length }: SegmentPlace): string {
  return `${name}/${segment}/${offset}/${length}`;
}

/**
 * Where a reference leads. Throws `ARTIFACT_MISSING` for one that is not of this message, and for any that no store has made:
 * what comes back names no place outside of the store and no more bytes than a frame may have.
 */
export function locateArtifact(owner: ArtifactOwner, ref: string): ArtifactLocation {
  const start = nameStart(owner);
  const [, hash, segment, offset, length] = (ref.startsWith(start) && afterName.exec(ref.slice(start.length))) || [];
  if (hash === undefined || Number(length ?? 0) > frameBytesMax)
    throw artifactMissing("The reference names no artifact of this message");
  const place = segment === undefined ? undefined : { segment, offset: Number(offset), length: Number(length) };
  return { name: `${start}${hash}`, hash, place };
}
