/** What an email sets into its layout. */
export interface EmailLayoutParts {
  readonly locale: string;
  /** Off: the page asks not to be tracked (EML-08). */
  readonly tracking: boolean;
  /** The page's title, the subject as a rule. Liquid. */
  readonly title: string;
  /** What mail programs show after the subject. Liquid. */
  readonly preheader: string;
  /** MJML sections. */
  readonly body: string;
}

const rightToLeft: ReadonlySet<string> = new Set(["ar", "fa", "he", "ur"]);

/** Fills the slots of a layout, `[[lang]] [[dir]] [[title]] [[privacy]] [[preheader]] [[body]]`. The result is whole MJML: nothing is included later. */
export function composeEmail(layout: string, parts: EmailLayoutParts): string {
  const slots: Readonly<Record<string, string>> = {
    lang: parts.locale,
    dir: rightToLeft.has(parts.locale.split("-", 1)[0] ?? "") ? "rtl" : "ltr",
    privacy: parts.tracking ? "" : '<meta name="user-dnt" content="true">',
    title: parts.title,
    preheader: parts.preheader,
    body: parts.body,
  };
  return layout.replaceAll(/\[\[(\w+)\]\]/g, (slot, name: string) => slots[name] ?? slot);
}
