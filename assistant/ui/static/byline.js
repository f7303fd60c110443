// The page's own part in the browser: clicks and keys go to the file that knows them, and Gradio's events
// come in by `window.byline`. Nothing here makes HTML: what is inserted was escaped by the server.
import { pageActions, deleteConversation, openConversation, answerActions } from "./actions.js";
import { cite, openArticle, opened, sourcesOf, sourcesShown, toQuotation, turnOf } from "./article.js";
import { ask, askNext, begin, drawQueue, edit, fill, keep, queue, setBusy, unqueue, useChip } from "./asking.js";
import { awaitLibrary, beat } from "./connection.js";
import { readFilters, setFilters, without } from "./filters.js";
import { watch } from "./follow.js";
import { pane } from "./panes.js";
import "./ratings.js";
import { $, narrow, questionBox, state } from "./shared.js";
import { drawList, lastCurrent, list, currentConversation, write } from "./conversations.js";

// The conversation without the turn that is being answered: `resuming` takes that one up.
const restore = () => {
  if (state.current === null) state.current = lastCurrent();
  drawList();
  return JSON.stringify({ turns: (currentConversation()?.turns ?? []).filter((turn) => turn.state !== "asking") });
};

const shown = () => {
  const box = $("byline-scroll"), draft = sessionStorage.getItem("byline:draft");
  if (box) box.scrollTop = box.scrollHeight;
  setFilters(currentConversation()?.filters ?? {});
  drawQueue();
  sessionStorage.removeItem("byline:draft");
  if (draft) fill(draft);
};

const asking = () => JSON.stringify({ turns: (currentConversation()?.turns ?? []).filter((turn) => turn.state === "asking") });
const resuming = () => {
  const turn = currentConversation()?.turns.find((other) => other.state === "asking");
  state.resuming = turn?.id ?? null;
  if (!turn) return "{}";
  state.turn = turn.id;
  state.following = true;
  setBusy(true);
  return asking();
};
const resumed = (text) => { if (state.resuming) keep(text); else setTimeout(askNext, 50); };

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) {
    const open = document.body.classList;
    if (!event.target.closest("#byline-left")) open.remove("side-open");
    if (narrow() && !event.target.closest("#byline-right")) open.remove("sheet");
    return;
  }
  const data = button.dataset, turns = currentConversation()?.turns ?? [];
  const at = data.chip || data.tool ? turns.findIndex((turn) => turn.id === turnOf(button)) : -1;
  if (data.cite) cite(button);
  else if (data.open) openArticle(data.article, data.open, data.quotes ?? "", 0, false);
  else if (data.step) toQuotation(opened.at + Number(data.step));
  else if (data.example) ask(data.example);
  else if (data.conversation) openConversation(data.conversation);
  else if (data.drop) deleteConversation(data.drop);
  else if (data.unqueue) unqueue(Number(data.unqueue));
  else if (data.unset) setFilters(without(state.filters, data.unset, data.value));
  else if (data.chip) { if (at >= 0 && !state.busy) useChip(data, turns[at], at); }
  else if (answerActions[data.tool]) { if (at >= 0) answerActions[data.tool](turns[at], at); }
  else pageActions[data.do]?.(button);
});
document.addEventListener("change", (event) => { if (event.target.closest?.("#byline-filters")) readFilters(); });

// Escape leaves the innermost thing that is open; the last one is the answer under way.
const leave = () => {
  const open = document.body.classList;
  if ($("byline-filters")?.hidden === false) pageActions["close-filters"]();
  else if (open.contains("sheet") && narrow()) open.remove("sheet");
  else if (open.contains("side-open")) open.remove("side-open");
  else if (state.editing) edit(null);
  else if (state.busy) $("byline-stop")?.click();
};
// Gradio reads the box some time after Enter; while an answer is under way the question is queued at once, so that
// whoever types on loses nothing.
document.addEventListener("keydown", (event) => {
  const asked = event.target === questionBox() ? event.target.value.trim() : "";
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !state.busy || !asked) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  queue(asked);
}, true);
document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") { leave(); return; }
  if (event.target.closest?.("input, textarea, select, [contenteditable]") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j" || event.key === "n") toQuotation(opened.at + 1);
  else if (event.key === "k" || event.key === "p") toQuotation(opened.at - 1);
  else if (event.key === "/") { event.preventDefault(); questionBox()?.focus(); }
});

// Gradio reloads by itself when a server comes back; what was typed outlives any reload.
addEventListener("pagehide", () => {
  const typed = questionBox()?.value;
  if (typed) sessionStorage.setItem("byline:draft", typed);
});

window.byline = { begin, keep, restore, shown, resuming, resumed, stopping: asking, sourcesOf, sourcesShown, pane, list, write, currentConversation };
watch(() => {
  drawList();
  setFilters(currentConversation()?.filters ?? {});
  beat();
  awaitLibrary();
});
