/** What a changed file asks of `make dev`: the processes again, the templates again, or nothing. */
export type DevAction = "restart" | "publish" | "none";

/** Folders whose code or data a running process has loaded. */
const loaded = ["catalog", "cli", "gateway", "processors", "shared"];

/** What a process reads at its start: code, queries, scripts, pages, and the event catalog. */
const readAtStart = /\.(ts|sql|lua|html|css|yaml)$/;

/** The action for one changed file, by its path from the root. Templates are published; running processes then read them. */
export function devActionFor(path: string): DevAction {
  if (/^catalog\/(templates|layouts)\//.test(path)) return "publish";
  const isLoaded = loaded.some((folder) => path.startsWith(`${folder}/`)) && readAtStart.test(path);
  return isLoaded ? "restart" : "none";
}

/** One action for files that changed together: a restart publishes too, since either may need the other. */
export function devActionForAll(paths: Iterable<string>): DevAction {
  const actions = new Set(Array.from(paths, devActionFor));
  return actions.has("restart") ? "restart" : actions.has("publish") ? "publish" : "none";
}
