// Filters: chosen in the panel, shown as chips over the question, kept with the conversation.
import { $, state } from "./shared.js";
import { store, currentConversation } from "./conversations.js";

export const setFilters = (filters) => {
  state.filters = filters;
  const conversation = currentConversation();
  if (conversation && JSON.stringify(conversation.filters ?? {}) !== JSON.stringify(filters)) { conversation.filters = filters; store(conversation); }
  const place = $("byline-chosen");
  if (!place) return;
  place.textContent = "";
  const words = { since: "from ", until: "until ", as_of: "published by " };
  const date = (day) => new Date(day + "T12:00").toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  const rows = [...(filters.outlets ?? []).map((value) => ["outlets", value, value]),
    ...["since", "until", "as_of"].filter((key) => filters[key]).map((key) => [key, filters[key], words[key] + date(filters[key])])];
  for (const [key, value, text] of rows) {
    const item = document.createElement("li"), chip = document.createElement("button"), sign = document.createElement("span");
    chip.type = "button"; chip.className = "chip"; chip.dataset.unset = key; chip.dataset.value = value; chip.textContent = text;
    chip.setAttribute("aria-label", "Remove the filter: " + text);
    sign.setAttribute("aria-hidden", "true"); sign.textContent = " ×";
    chip.append(sign); item.append(chip); place.append(item);
  }
  for (const box of document.querySelectorAll("#byline-filters input")) {
    if (box.type === "checkbox") box.checked = (filters.outlets ?? []).includes(box.value);
    else box.value = filters[box.name] ?? "";
  }
};

export const without = (filters, key, value) => {
  const left = { ...filters };
  if (key === "outlets") left.outlets = (filters.outlets ?? []).filter((name) => name !== value);
  else delete left[key];
  return left;
};

export const readFilters = () => {
  const boxes = [...document.querySelectorAll("#byline-filters input")], filters = {};
  const outlets = boxes.filter((box) => box.type === "checkbox" && box.checked).map((box) => box.value);
  if (outlets.length) filters.outlets = outlets;
  for (const box of boxes) if (box.type === "date" && box.value) filters[box.name] = box.value;
  const wrong = filters.since && filters.until && filters.since > filters.until;
  const place = $("byline-filters-wrong");
  if (place) place.textContent = wrong ? "The first day is after the last day." : "";
  setFilters(filters);
};

export const toggleFilters = async (open) => {
  const panel = $("byline-filters"), button = document.querySelector('[data-do="filters"]');
  if (!panel || !button) return;
  if (open) {
    const reply = await fetch("/byline/filters");
    panel.innerHTML = await reply.text(); // escaped by the server
    setFilters(state.filters);
  }
  panel.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  if (open) panel.querySelector("input")?.focus();
};
