import { BlockList, isIPv6 } from "node:net";

/**
 * Who counts as one client: an IPv4 address, or the 64 bits of an IPv6 address that name a network, since one line has all
 * addresses behind them.
 */
export function clientOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = "", tail = ""] = (address.split("%")[0] ?? "").split("::");
  const groups = head === "" ? [] : head.split(":");
  const last = tail === "" ? [] : tail.split(":");
  const missing = address.includes("::") ? Array<string>(Math.max(0, 8 - groups.length - last.length)).fill("0") : [];
  const network = [...groups, ...missing, ...last].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return network.join(":");
}

/** Whether an address is one of a list of addresses and subnets: `10.0.0.0/8`, `::1`. Throws for any other text. */
export function addressList(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
