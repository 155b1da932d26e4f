"use strict";

// Everything that comes from the server is put into the page as text, never as markup.

const byId = (id) => document.getElementById(id);
let chosen = null;

function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text ?? "";
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function draw(tag, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

async function ask(path) {
  const reply = await fetch(path);
  const answer = await reply.json();
  if (!reply.ok) throw new Error(answer.error);
  return answer;
}

function shape(tensor) {
  return tensor.shape === null ? "any" : `[${tensor.shape.map((size) => size ?? "?").join(", ")}]`;
}

function table(title, tensors) {
  const made = make("table");
  const head = made.createTHead().insertRow();
  for (const text of [title, "type", "shape"]) head.append(make("th", text, { scope: "col" }));
  const body = made.createTBody();
  for (const tensor of tensors) {
    const row = body.insertRow();
    for (const text of [tensor.name, tensor.dtype, shape(tensor)]) row.insertCell().append(make("code", text));
  }
  return made;
}

function fill(call) {
  byId("path").value = call.example.path;
  byId("type").value = call.example.content_type;
  byId("body").value = call.example.body;
}

function choose(call, button) {
  chosen = call;
  for (const other of byId("models").children) other.setAttribute("aria-current", String(other === button));
  byId("call").hidden = false;
  byId("call-title").textContent = `${call.model}, version ${call.version}: ${call.signature} (${call.method})`;
  byId("tensors").replaceChildren(table("input", call.inputs), table("output", call.outputs));
  byId("reply").replaceChildren();
  fill(call);
}

async function showCalls() {
  let calls;
  try {
    ({ calls } = await ask("calls"));
  } catch (error) {
    byId("state").textContent = error.message;
    setTimeout(showCalls, 1000);
    return;
  }
  byId("state").textContent = "";
  if (calls.length === 0) byId("models").textContent = "There is no model that tells how it is called.";
  for (const call of calls) {
    const button = make("button", `${call.model} · ${call.signature}`, { type: "button" });
    button.addEventListener("click", () => choose(call, button));
    byId("models").append(button);
  }
  byId("models").querySelector("button")?.click();
}

function pretty(text) {
  try {
    // A number that JavaScript cannot hold is shown as it came.
    const again = JSON.stringify(JSON.parse(text));
    return again === text.replace(/\s/g, "") ? JSON.stringify(JSON.parse(text), null, 1) : text;
  } catch {
    return text;
  }
}

async function send(event) {
  event.preventDefault();
  const path = byId("path").value;
  const began = performance.now();
  byId("send").disabled = true;
  try {
    const reply = await fetch(`..${path}`, {
      method: "POST",
      headers: { "content-type": byId("type").value },
      body: byId("body").value,
    });
    const text = await reply.text();
    const took = (performance.now() - began).toFixed(1);
    const line = make("p", `${reply.status} ${reply.statusText}, ${took} ms`, { class: reply.ok ? "good" : "bad" });
    byId("reply").replaceChildren(line, make("pre", pretty(text)));
  } catch (error) {
    byId("reply").replaceChildren(make("p", `no answer: ${error.message}`, { class: "bad" }));
  } finally {
    byId("send").disabled = false;
  }
  showLatencies();
}

function milliseconds(value) {
  return value < 1 ? `${Math.round(value * 1000)} µs` : value < 1000 ? `${+value.toPrecision(2)} ms` : `${+(value / 1000).toPrecision(2)} s`;
}

function counted(count) {
  return count === 1 ? "1 request" : `${count} requests`;
}

function quantile(buckets, bounds, share) {
  const wanted = buckets.reduce((sum, count) => sum + count, 0) * share;
  let seen = 0;
  for (const [index, count] of buckets.entries()) {
    seen += count;
    if (count && seen >= wanted) return index < bounds.length ? `≤ ${milliseconds(bounds[index])}` : "longer";
  }
  return "";
}

function histogram(one, bounds) {
  const figure = make("figure");
  const caption = make("figcaption");
  const total = one.buckets.reduce((sum, count) => sum + count, 0);
  const statuses = Object.entries(one.statuses).map(([status, count]) => `${status}: ${count}`).join(", ");
  caption.append(
    make("code", one.path),
    make("span", `${counted(total)} (${statuses})`),
    make("span", `half ${quantile(one.buckets, bounds, 0.5)}, 99 % ${quantile(one.buckets, bounds, 0.99)}`),
  );
  figure.append(caption);
  const first = Math.max(0, one.buckets.findIndex((count) => count) - 1);
  const last = Math.min(one.buckets.length - 1, Math.max(one.buckets.findLastIndex((count) => count) + 1, first + 9));
  const width = 720 / (last - first + 1);
  const most = Math.max(...one.buckets);
  const picture = draw("svg", { viewBox: "0 0 720 100", role: "img", "aria-label": `latencies of ${one.path}` });
  for (let index = first; index <= last; index++) {
    const height = (75 * one.buckets[index]) / most;
    const x = (index - first) * width;
    const bar = draw("rect", { x: x + 1, y: 80 - height, width: Math.max(1, width - 2), height });
    bar.append(draw("title", {}, counted(one.buckets[index])));
    picture.append(bar);
    if (index < bounds.length && (index - first) % Math.ceil((last - first + 1) / 12) === 0)
      picture.append(draw("text", { x: x + width, y: 94, "text-anchor": "middle" }, milliseconds(bounds[index])));
  }
  picture.append(draw("line", { x1: 0, x2: 720, y1: 80, y2: 80 }));
  figure.append(picture);
  return figure;
}

async function showLatencies() {
  try {
    const { bounds, paths } = await ask("latencies");
    const none = make("p", "No request yet.");
    byId("latencies").replaceChildren(...(paths.length ? paths.map((one) => histogram(one, bounds)) : [none]));
    byId("state").textContent = "";
  } catch (error) {
    byId("state").textContent = `the server does not answer: ${error.message}`;
  }
}

byId("form").addEventListener("submit", send);
byId("example").addEventListener("click", () => chosen && fill(chosen));
showCalls();
showLatencies();
setInterval(showLatencies, 2000);
