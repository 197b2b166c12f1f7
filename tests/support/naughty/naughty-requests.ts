import { deflateSync, gzipSync } from "node:zlib";
import { fieldsOf, isObject } from "#shared/domain/json/readers.ts";
import { naughtyStrings } from "../naughty-strings.ts";
import type { SweptRoute } from "./swept-routes.ts";

/** A request that is not as the route wants it. It carries no key: who sends it adds one, or another. */
export interface NaughtyRequest {
  readonly route: SweptRoute;
  /** Where what is wrong lies: `query cause_ref`, `body .actors.0.role`. */
  readonly place: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

type Parts = Partial<Pick<NaughtyRequest, "method" | "path" | "headers">> & {
  readonly body?: string | Buffer | undefined;
};

const json = "application/json";
const jsonHeaders = { "content-type": json };

/** Headers that any route may look at, a server or a proxy before it too. */
const commonHeaders = [
  "content-type",
  "content-encoding",
  "accept",
  "accept-language",
  "accept-encoding",
  "cookie",
  "expect",
  "forwarded",
  "origin",
  "range",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-http-method-override",
  "x-original-url",
  "x-request-id",
  "traceparent",
  "tracestate",
  "baggage",
];

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY"];
const mediaTypes = [
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain",
  "application/json; charset=utf-16",
  "application/json, application/json",
  "application/xml",
  "*/*",
  ";",
];

/** One request for each place of the route that takes a text, with this one in it. */
export function requestsWith(text: string, route: SweptRoute): readonly NaughtyRequest[] {
  const make = maker(route);
  const encoded = encodeURIComponent(text.toWellFormed());
  const requests = [
    make("path", { path: pathOf(route.path, encoded) }),
    make("path, as it is", { path: pathOf(route.path, rawUrl(text)) }),
    make("query, a parameter's name", { path: `${pathOf(route.path)}?${encoded}=1` }),
    make("query, as it is", { path: `${pathOf(route.path)}?${rawUrl(text)}` }),
    ...route.query.map((name) => make(`query ${name}`, { path: `${pathOf(route.path)}?${name}=${encoded}` })),
    ...[...new Set([...commonHeaders, ...route.headers])].map((name) =>
      make(`header ${name}`, { headers: { ...jsonHeaders, [name]: headerValue(text) }, body: sampleText(route) }),
    ),
  ];
  return hasBody(route) ? [...requests, ...bodiesWith(text, route)] : requests;
}

function bodiesWith(text: string, route: SweptRoute): readonly NaughtyRequest[] {
  const make = maker(route);
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const encoded = encodeURIComponent(text.toWellFormed());
  const whole = [text, JSON.stringify(text), JSON.stringify([text]), JSON.stringify({ [text]: text })];
  return [
    ...whole.map((body, at) => make(`body ${at}`, { headers: jsonHeaders, body })),
    make("form", { headers: form, body: `${encoded}=${encoded}&List-Unsubscribe=${encoded}&MessageSid=${encoded}` }),
    make("form, as it is", { headers: form, body: text }),
    ...placesOf(route.sample).flatMap((place) => [
      make(`body ${place.join(".")}`, { headers: jsonHeaders, body: changed(route.sample, place, text) }),
      make(`body ${place.join(".")}, a key`, {
        headers: jsonHeaders,
        body: changed(route.sample, place, { [text]: text }),
      }),
    ]),
  ];
}

/** What may be wrong with a request to the route that is no text: methods, spellings of the path, types, encodings, depth. */
export function oddRequests(route: SweptRoute): readonly NaughtyRequest[] {
  const make = maker(route);
  const path = pathOf(route.path);
  const body = sampleText(route) ?? "{}";
  const requests = [
    ...methods.map((method) => make(`method ${method}`, { method })),
    ...spellings(path).map((spelt) => make(`path spelt ${spelt}`, { path: spelt, headers: jsonHeaders, body })),
    ...route.query.map((name) => make(`query ${name} twice`, { path: `${path}?${name}=a&${name}=b&${name}[c]=d` })),
  ];
  if (!hasBody(route)) return requests;
  return [
    ...requests,
    ...mediaTypes.map((type) => make(`type ${type}`, { headers: { "content-type": type }, body })),
    ...oddBodies(body).map(([place, odd, headers]) =>
      make(place, { headers: { ...jsonHeaders, ...headers }, body: odd }),
    ),
    ...placesOf(route.sample).flatMap((place) =>
      oddValues.map((value) =>
        make(`body ${place.join(".")}, a type`, { headers: jsonHeaders, body: changed(route.sample, place, value) }),
      ),
    ),
  ];
}

/** A webhook takes one although no schema describes it. */
function hasBody({ method, sample }: SweptRoute): boolean {
  return method === "POST" || sample !== undefined;
}

/** Each place of every route once, with the texts taken in turn. */
export function sampledRequests(routes: readonly SweptRoute[]): readonly NaughtyRequest[] {
  return routes.flatMap((route, at) => {
    const first = requestsWith("", route);
    return first.map((one, place) => {
      const text = naughtyStrings[(place + 7 * at) % naughtyStrings.length] ?? "";
      return requestsWith(text, route)[place] ?? one;
    });
  });
}

function maker(route: SweptRoute) {
  return (
    place: string,
    { method = route.method, path = pathOf(route.path), headers = {}, body }: Parts,
  ): NaughtyRequest => ({
    route,
    place,
    method,
    path,
    headers,
    ...(body === undefined || method === "TRACE" ? {} : { body: Buffer.from(body) }),
  });
}

function pathOf(path: string, text = "x"): string {
  return path.replaceAll(/\{\w+\}/g, () => (text === "" ? "x" : text));
}

/** The spellings of a path that a proxy, a router or a file system takes for the same. */
function spellings(path: string): readonly string[] {
  const [, first = "", ...rest] = path.split("/");
  const tail = rest.join("/");
  return [
    `/${path}`,
    `${path}/`,
    `/${first}//${tail}`,
    `/${first}/./${tail}`,
    `/x/../${first}/${tail}`,
    `/x/%2e%2e/${first}/${tail}`,
    `/${first}%2f${tail}`,
    `/${first}/%2e/${tail}`,
    path.toUpperCase(),
    path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    `${path};a=b`,
    `${path}%00`,
    `${path}%20`,
    `${path}.json`,
    `${path}#x`,
    `/\\${path.slice(1)}`,
    `http://other.example${path}`,
  ];
}

const oddValues: readonly unknown[] = [null, true, 0, -1, 2 ** 53, 1e300, "", [], {}, [[[]]], Array(2_000).fill(0)];

function oddBodies(body: string): readonly (readonly [string, string | Buffer, Readonly<Record<string, string>>?])[] {
  const deep = (count: number) => "[".repeat(count) + "]".repeat(count);
  return [
    ["no body", ""],
    ["half a body", body.slice(0, -3)],
    ["a body twice", body + body],
    ["a body of depth 65", deep(65)],
    ["a body of depth 100,000", deep(100_000)],
    ["a body that does not end", "[".repeat(100_000)],
    ["one key twice", `{"a":1,"a":2,${body.slice(1)}`],
    ["a prototype", `{"__proto__":{"a":1},"constructor":{"prototype":{"b":1}},${body.slice(1)}`],
    ["a number beyond a double", body.replace(/"sample"|1/, "1e999")],
    ["UTF-16", Buffer.from(`\ufeff${body}`, "utf16le")],
    ["a byte order mark", `\ufeff${body}`],
    ["no UTF-8", Buffer.concat([Buffer.from(body.slice(0, -1)), Buffer.from([0xff, 0xfe, 0x7d])])],
    ["zeros", Buffer.alloc(64)],
    ["769 KiB", " ".repeat(769 * 1024)],
    ["gzip", gzipSync(body), { "content-encoding": "gzip" }],
    ["deflate", deflateSync(body), { "content-encoding": "deflate" }],
    ["gzip that is none", body, { "content-encoding": "gzip" }],
    ["a bomb", gzipSync(Buffer.alloc(50 * 1024 * 1024)), { "content-encoding": "gzip" }],
  ];
}

type Place = readonly string[];

/** Every place of a value: itself, and those of all that it holds. */
function placesOf(value: unknown): readonly Place[] {
  if (value === undefined) return [];
  const held = Array.isArray(value) ? Object.entries(value) : isObject(value) ? Object.entries(fieldsOf(value)) : [];
  return [[], ...held.flatMap(([name, one]) => placesOf(one).map((place) => [name, ...place]))];
}

function changed(sample: unknown, place: Place, value: unknown): string {
  return JSON.stringify(put(sample, place, value));
}

function put(whole: unknown, [name, ...rest]: Place, value: unknown): unknown {
  if (name === undefined) return value;
  if (Array.isArray(whole)) return whole.map((one, at) => (String(at) === name ? put(one, rest, value) : one));
  return { ...fieldsOf(whole), [name]: put(fieldsOf(whole)[name], rest, value) };
}

function sampleText({ method, sample }: SweptRoute): string | undefined {
  return method === "POST" ? JSON.stringify(sample ?? {}) : undefined;
}

/** A text as it may stand in a URL, encoded no more than a client must. */
function rawUrl(text: string): string {
  return text.replaceAll(/[^\x21-\x22\x24-\x7e]/gu, (one) => encodeURIComponent(one.toWellFormed()));
}

/** A text as bytes that may stand in a header. */
function headerValue(text: string): string {
  return Buffer.from(text, "utf8")
    .toString("latin1")
    .replaceAll(/[^\x20-\x7e\x80-\xff]/g, "?");
}
