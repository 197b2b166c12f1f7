/** The parts of an email that fill the slots of its layout. */
export interface EmailLayoutParts {
  readonly locale: string;
  /** False: the page asks not to be tracked (EML-08). */
  readonly tracking: boolean;
  /** The page's title, usually the subject. Liquid. */
  readonly title: string;
  /** The text that mail programs show after the subject. Liquid. */
  readonly preheader: string;
  /** MJML sections. */
  readonly body: string;
}

const rightToLeft: ReadonlySet<string> = new Set(["ar", "fa", "he", "ur"]);

/** Fills the slots of a layout, `[[lang]] [[dir]] [[title]] [[privacy]] [[preheader]] [[body]]`. The result is a complete MJML document without includes. */
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
