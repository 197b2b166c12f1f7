const labelsMax = 100;
const labelForm = /^[\w ./-]{1,80}$/;

/**
 * Makes codes that no table has into labels of a metric: a hundred different ones a provider, and `other` for the rest and
 * for what does not look like a code. Whoever signs for an account chooses the codes, an address or a million of them.
 */
export function createCodeLabels(): (provider: string, code: string) => string {
  const labels = new Map<string, Set<string>>();
  return (provider, code) => {
    const known = labels.get(provider) ?? new Set();
    labels.set(provider, known);
    if (known.has(code)) return code;
    if (known.size >= labelsMax || !labelForm.test(code)) return "other";
    known.add(code);
    return code;
  };
}
