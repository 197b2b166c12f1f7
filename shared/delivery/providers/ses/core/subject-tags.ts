/** SES takes 256 characters in the value of a tag. */
const tagLengthMax = 256;
/** A subject has some 500 characters. A longer one is left out: the webhook then looks its message up. */
const tagsMax = 6;

interface Tag {
  readonly Name: string;
  readonly Value: string;
}

/** A sealed subject as tags `s0`, `s1` …; none if it is too long for them. */
export function subjectTags(sealed: string): readonly Tag[] {
  const count = Math.ceil(sealed.length / tagLengthMax);
  if (count > tagsMax) return [];
  return Array.from({ length: count }, (_, at) => ({
    Name: `s${at}`,
    Value: sealed.slice(at * tagLengthMax, (at + 1) * tagLengthMax),
  }));
}

/** The sealed subject in such tags, by the function that reads a tag; undefined if there are none. */
export function subjectInTags(tagOf: (name: string) => string | null): string | undefined {
  let sealed = "";
  for (let at = 0; at < tagsMax; at++) {
    const part = tagOf(`s${at}`);
    if (part === null) break;
    sealed += part;
  }
  return sealed === "" ? undefined : sealed;
}
