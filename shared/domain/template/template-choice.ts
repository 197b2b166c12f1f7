/** A published version of a template, and the locales that it exists in. */
export interface TemplateChoice {
  readonly version: number;
  readonly locales: readonly string[];
}
