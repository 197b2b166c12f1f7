import { BlockList, isIP } from "node:net";

/** What a call is made to. */
export interface Destination {
  /** `https:` or `http:`. */
  readonly protocol: string;
  /** A name or an address; one of IPv6 with or without brackets. */
  readonly hostname: string;
  readonly port: number;
}

/** The proxies that are set, and what is called without them. */
export interface ProxyChoice {
  readonly https?: URL | undefined;
  readonly http?: URL | undefined;
  /** As `NO_PROXY` has it. */
  readonly except?: string | undefined;
}

/** The proxy for a destination; undefined where it is called directly. */
export type ProxyRules = (destination: Destination) => URL | undefined;

/** Whether a destination is excepted; `host` is in small letters, without brackets and a dot at its end. */
type Exception = (host: string, port: number) => boolean;

/**
 * The usual rules: the proxy of the scheme, and none for what `NO_PROXY` names or for this machine. An entry covers the names
 * below it, with a dot before it or without; beside names there are addresses, subnets (`10.0.0.0/8`) and `*`, and a port
 * after any but a subnet. Names are not looked up: a subnet covers destinations that are written as addresses.
 */
export function proxyRules({ https, http, except = "" }: ProxyChoice): ProxyRules {
  const entries = except
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "");
  const exceptions = [isLoopback, ...entries.map(exceptionOf)];
  return ({ protocol, hostname, port }) => {
    const proxy = protocol === "https:" ? https : http;
    const host = bareHost(hostname);
    return exceptions.some((covers) => covers(host, port)) ? undefined : proxy;
  };
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || isIn(loopback, host);
}

function exceptionOf(entry: string): Exception {
  if (entry === "*") return () => true;
  const subnet = subnetOf(entry);
  if (subnet !== undefined) return (host) => isIn(subnet, host);
  const [, before = entry, after] = isIP(entry) === 6 ? [] : (/^(.+):(\d+)$/.exec(entry) ?? []);
  const name = bareHost(before.replace(/^\*?\./, ""));
  return (host, port) =>
    (after === undefined || port === Number(after)) &&
    (host === name || (isIP(host) === 0 && host.endsWith(`.${name}`)));
}

/** Undefined for what is no subnet; an entry that cannot be read covers nothing. */
function subnetOf(entry: string): BlockList | undefined {
  const [, address = "", bits = ""] = /^([^/]+)\/(\d+)$/.exec(entry) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(bits) > (family === 6 ? 128 : 32)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family === 6 ? "ipv6" : "ipv4");
  return list;
}

function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 6 ? "ipv6" : "ipv4");
}

function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
}
