// Makes entering quicker; every page works without it.
"use strict";
document.documentElement.classList.add("scripted");

// A form is sent once, however often somebody clicks.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

// Measures of the library, proposed while one types: the combobox pattern of the ARIA practices.
const boxOf = (element) => element.closest?.(".combobox");
const partsOf = (box) => [box.querySelector("input"), box.querySelector("[role=listbox]")];

function dress(root) {
  for (const box of root.querySelectorAll(".combobox")) {
    const [input, list] = partsOf(box);
    if (input.getAttribute("role")) continue;
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
  }
}

function close(box) {
  const [input, list] = partsOf(box);
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function mark(box, option) {
  const [input, list] = partsOf(box);
  for (const each of list.children) each.setAttribute("aria-selected", String(each === option));
  if (!option) { input.removeAttribute("aria-activedescendant"); return; }
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

let asking;
async function propose(box) {
  const [input, list] = partsOf(box);
  asking?.abort();
  if (!input.value.trim()) { close(box); return; }
  asking = new AbortController();
  const query = new URLSearchParams({ q: input.value, role: box.dataset.role, industry: box.dataset.industry });
  try {
    const answer = await fetch(`${box.dataset.from}?${query}`, { signal: asking.signal });
    if (!answer.ok || answer.redirected) return;
    list.innerHTML = await answer.text();
  } catch (error) {
    if (error.name !== "AbortError") close(box);
    return;
  }
  for (const option of list.children) option.id = `${list.id}_${option.dataset.kpi}`;
  const some = list.children.length > 0 && document.activeElement === input;
  list.hidden = !some;
  input.setAttribute("aria-expanded", String(some));
  mark(box, null);
}

function choose(box, option) {
  const [input] = partsOf(box);
  const prefix = input.name.replace(/measure$/, "");
  const beside = (name) => input.form.elements.namedItem(prefix + name);
  input.value = option.dataset.name;
  if (beside("kpi")) beside("kpi").value = option.dataset.kpi;
  if (beside("unit")) beside("unit").value = option.dataset.unit;
  if (beside("direction")) beside("direction").value = option.dataset.direction;
  close(box);
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

let waiting;
document.addEventListener("input", (event) => {
  const box = boxOf(event.target);
  if (!box) return;
  const kpi = event.target.form.elements.namedItem(event.target.name.replace(/measure$/, "kpi"));
  if (kpi) kpi.value = "";
  clearTimeout(waiting);
  waiting = setTimeout(() => propose(box), 120);
});

document.addEventListener("keydown", (event) => {
  const box = boxOf(event.target);
  if (!box || event.isComposing) return;
  const [, list] = partsOf(box);
  const options = [...list.children];
  const at = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" && list.hidden) propose(box);
  else if (event.key === "ArrowDown") mark(box, options[(at + 1) % options.length]);
  else if (event.key === "ArrowUp" && !list.hidden) mark(box, options[(at <= 0 ? options.length : at) - 1]);
  else if (event.key === "Enter" && !list.hidden && at >= 0) choose(box, options[at]);
  else if (event.key === "Escape" && !list.hidden) close(box);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
});
document.addEventListener("mousedown", (event) => { if (event.target.closest("[role=option]")) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) choose(boxOf(option), option);
});
document.addEventListener("focusout", (event) => { const box = boxOf(event.target); if (box) setTimeout(() => { if (!box.contains(document.activeElement)) close(box); }); });

// A conversation: Enter takes an answer over and goes on to the next question.
document.addEventListener("keydown", (event) => {
  const talk = event.target.closest?.("#talk");
  if (!talk || event.key !== "Enter" || event.isComposing || !event.target.matches("input:not([type=checkbox]), select")) return;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) talk.querySelector("button[name=do][value=agree]").click();
  else event.target.closest("li")?.querySelector("button.take")?.click();
});

function goOn(from) {
  const answers = [...document.querySelectorAll("#talk .answer input")];
  const next = answers[answers.indexOf(from) + 1];
  (next ?? document.querySelector("#talk button[name=do][value=agree]")).focus();
}

// Whoever types fast is not held up: the next question has the cursor while the server still takes the answer.
document.addEventListener("click", (event) => {
  const take = event.target.closest?.("#talk button.take");
  if (!take) return;
  const input = take.parentElement.querySelector("input");
  goOn(input);
  if (input.value.trim()) { take.dataset.sent = input.value; htmx.trigger(input, "htmx:abort"); return; }
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("htmx:beforeRequest", (event) => {
  const take = event.detail.elt.closest(".answer")?.querySelector("button.take");
  if (take && take !== event.detail.elt && take.dataset.sent === event.detail.elt.value) event.preventDefault();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful } = event.detail;
  if (!elt.matches?.("button.take")) return;
  const input = elt.parentElement.querySelector("input");
  if (successful && input.value === elt.dataset.sent) input.value = "";
  delete elt.dataset.sent;
});

document.addEventListener("click", (event) => {
  const drop = event.target.closest?.("#talk button.drop");
  if (!drop) return;
  event.preventDefault();
  const row = drop.closest("li");
  const beside = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  (beside?.querySelector("summary, select, input") ?? document.querySelector("#talk .answer input")).focus();
});

// What is typed stays where it is when the server does not answer, or answers with another page.
const lost = () => {
  const told = document.createElement("p");
  told.className = "message error";
  told.textContent = "The server did not take it. What you typed is still here: see whether you are signed in (in another tab), and try again.";
  document.getElementById("messages").replaceChildren(told);
};
document.addEventListener("htmx:responseError", lost);
document.addEventListener("htmx:sendError", lost);
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname !== new URL(requestConfig.path, location.href).pathname) {
    event.detail.shouldSwap = false;
    lost();
  }
});

window.addEventListener("beforeunload", (event) => {
  const talk = document.getElementById("talk");
  if (!talk || talk.dataset.sent) return;
  const typed = [...talk.querySelectorAll(".answer input, #note textarea")].some((each) => each.value.trim());
  if (typed || talk.querySelector("#kept > li")) event.preventDefault();
});

dress(document);
document.addEventListener("htmx:load", (event) => dress(event.detail.elt));
