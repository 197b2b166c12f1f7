// The page keeps what it receives in one list and draws from it; every text goes in as text, never as markup.

const shownAtMost = 300;
const keptAtMost = 1000;
const providers = ["ses", "fcm", "twilio", "smtp"];
const faults = {
  outage: { kind: "outage" },
  latency: { kind: "latency", delay_ms: 3000 },
  rate_limit: { kind: "rate_limit", retry_after_s: 2 },
};

const $ = (id) => document.getElementById(id);
const messages = new Map();
const rows = new Map();
let chosen;

/* Drawing */

let drawing = false;
function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const newestFirst = [...messages.values()].toReversed().filter(matches);
    fill($("mails"), newestFirst.filter(({ kind }) => kind === "mail"), mailRow);
    fill($("notes"), newestFirst.filter(({ kind }) => kind !== "mail"), noteRow);
    $("no-mail").hidden = chosen !== undefined;
    $("no-note").hidden = $("notes").childElementCount > 0;
    $("counts").textContent = countText();
  });
}

function matches({ to, title, msgId }) {
  const wanted = $("filter").value.trim().toLowerCase();
  return wanted === "" || [to, title, msgId ?? ""].some((text) => text.toLowerCase().includes(wanted));
}

/** Rows are made once and moved; only new ones cost anything. */
function fill(list, wanted, make) {
  const nodes = wanted.slice(0, shownAtMost).map((message) => {
    if (!rows.has(message.id)) rows.set(message.id, make(message));
    return rows.get(message.id);
  });
  list.replaceChildren(...nodes);
}

function mailRow(message) {
  const row = fromTemplate("mail-row");
  set(row, ".row-to", message.to);
  set(row, ".row-title", message.title || "(no subject)");
  set(row, ".row-from", message.from);
  set(row, "time", timeOf(message));
  row.querySelector("button").addEventListener("click", () => open(message));
  return row;
}

function noteRow(message) {
  const row = fromTemplate("note-row");
  set(row, ".note-kind", message.kind === "text" ? "SMS" : "Push");
  set(row, ".note-to", message.to);
  set(row, "time", timeOf(message));
  set(row, ".note-title", message.title);
  set(row, ".note-text", message.text);
  copyable(row.querySelector(".copy"), message.msgId);
  return row;
}

function fromTemplate(id) {
  return $(id).content.firstElementChild.cloneNode(true);
}

function set(row, selector, text) {
  row.querySelector(selector).textContent = text;
}

function timeOf({ time }) {
  return new Date(time).toLocaleTimeString();
}

function countText() {
  const of = (kind) => [...messages.values()].filter((message) => message.kind === kind).length;
  return `mails ${of("mail")} · texts ${of("text")} · pushes ${of("push")}`;
}

function copyable(button, text) {
  button.textContent = text ?? "";
  button.hidden = !text;
  button.onclick = async () => {
    await navigator.clipboard.writeText(text);
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 900);
  };
}

/* Reading a mail */

async function open(message) {
  if (chosen) rows.get(chosen.id)?.classList.remove("chosen");
  chosen = message;
  rows.get(message.id)?.classList.add("chosen");
  const answer = await fetch(`/page/messages/${message.id}`);
  if (!answer.ok || chosen !== message) return;
  show(message, await answer.json());
  draw();
}

function show(message, detail) {
  $("subject").textContent = message.title || "(no subject)";
  $("from").textContent = message.from;
  $("to").textContent = message.to;
  $("date").textContent = new Date(message.time).toLocaleString();
  $("eml").href = `/page/messages/${message.id}/eml`;
  copyable($("msg-id"), message.msgId);
  $("html").src = detail.hasHtml ? `/page/messages/${message.id}/html` : "about:blank";
  $("text").textContent = detail.text ?? "";
  $("headers").replaceChildren(...detail.headers.map(headerRow));
  document.querySelector('[data-tab="html"]').disabled = !detail.hasHtml;
  document.querySelector('[data-tab="text"]').disabled = detail.text === null;
  turnTo(detail.hasHtml ? "html" : "text");
  $("reader").hidden = false;
}

function headerRow({ name, value }) {
  const row = document.createElement("tr");
  const [head, cell] = [document.createElement("th"), document.createElement("td")];
  head.textContent = name;
  cell.textContent = value;
  row.append(head, cell);
  return row;
}

function turnTo(tab) {
  for (const button of document.querySelectorAll("[data-tab]")) {
    button.setAttribute("aria-selected", String(button.dataset.tab === tab));
  }
  for (const panel of document.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== tab;
}

/* Faults */

function drawProviders() {
  for (const name of providers) {
    const card = fromTemplate("provider-card");
    card.dataset.provider = name;
    set(card, ".provider-name", name.toUpperCase());
    for (const button of card.querySelectorAll("[data-fault]")) {
      button.addEventListener("click", () => command("POST", "faults", { provider: name, ...faults[button.dataset.fault] }));
    }
    card.querySelector("[data-recover]").addEventListener("click", () => command("DELETE", `faults?provider=${name}`));
    $("providers").append(card);
  }
}

async function command(method, path, body) {
  const json = body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  await fetch(`/control/${path}`, { method, ...json });
  await drawHealth();
}

async function drawHealth() {
  const answer = await fetch("/control/health").catch(() => undefined);
  $("live").classList.toggle("bad", !answer?.ok);
  if (!answer?.ok) return;
  const health = await answer.json();
  for (const card of document.querySelectorAll(".provider")) {
    const standing = health.faults.filter(({ provider }) => provider === "all" || provider === card.dataset.provider);
    card.classList.toggle("faulty", standing.length > 0);
    card.querySelector(".dot").classList.toggle("bad", standing.length > 0);
    set(card, ".provider-state", standing.length > 0 ? standing.map(({ kind }) => kind.replaceAll("_", " ")).join(", ") : "healthy");
  }
}

/* Life */

function keep(message) {
  messages.set(message.id, message);
  if (messages.size > keptAtMost) {
    const oldest = messages.keys().next().value;
    messages.delete(oldest);
    rows.delete(oldest);
  }
  draw();
}

async function load() {
  const list = await (await fetch("/page/messages")).json();
  messages.clear();
  for (const message of list.toReversed()) keep(message);
  const newest = list.findLast(({ kind }) => kind === "mail");
  if (chosen === undefined && newest !== undefined) await open(newest);
}

function tick() {
  $("clock").textContent = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

$("filter").addEventListener("input", draw);
for (const button of document.querySelectorAll("[data-tab]")) button.addEventListener("click", () => turnTo(button.dataset.tab));
drawProviders();
const stream = new EventSource("/page/stream");
stream.addEventListener("open", () => void load());
stream.addEventListener("message", ({ data }) => keep(JSON.parse(data)));
setInterval(() => void drawHealth(), 2000);
setInterval(tick, 5000);
void drawHealth();
tick();
