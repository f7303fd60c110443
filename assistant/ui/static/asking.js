// Asking: what is sent, what is kept of the answer, queued questions, asking again, editing, and lost connections.
import { closeArticle } from "./article.js";
import { setFilters, without } from "./filters.js";
import { $, questionBox, state, sure } from "./shared.js";
import { currentConversation, drawList, drop, fresh, newId, read, setCurrent, write } from "./conversations.js";

export const begin = (question) => {
  const asked = (state.pending?.question ?? question ?? "").trim();
  if (!asked) {
    questionBox()?.focus();
    throw new Error("nothing asked");
  }
  const options = state.pending ?? {};
  state.pending = null;
  if (state.busy && options.from === undefined) {
    queue(asked);
    throw new Error("queued");
  }
  let conversation = currentConversation() || fresh();
  const from = options.from ?? conversation.turns.findIndex((turn) => turn.id === state.editing);
  if (from >= 0) conversation.turns = conversation.turns.slice(0, from);
  edit(null);
  const before = conversation.turns.filter((turn) => turn.state !== "asking");
  const turn = { id: newId(), conversation: conversation.id, question: asked, state: "asking" };
  conversation.turns = [...before, turn];
  if (!before.length) conversation.name = asked.slice(0, 80);
  conversation.filters = state.filters;
  state.turn = turn.id;
  setCurrent(conversation.id);
  write(conversation);
  drawList();
  setBusy(true);
  closeArticle();
  state.following = true;
  const filters = options.filters ?? state.filters;
  return [asked, JSON.stringify({ conversation: conversation.id, turn: turn.id, turns: before, filters })];
};

// A question sent while another one is being answered waits with its conversation, also over a reload.
export const queue = (question) => {
  const conversation = currentConversation();
  if (!conversation) return;
  conversation.queue = [...(conversation.queue ?? []), question].slice(-20);
  write(conversation);
  fill("");
  drawQueue();
};

export const unqueue = (at) => {
  const conversation = currentConversation();
  if (!conversation?.queue) return;
  conversation.queue.splice(at, 1);
  write(conversation);
  drawQueue();
};

export const drawQueue = () => {
  const place = $("byline-queue");
  if (!place) return;
  place.textContent = "";
  for (const [at, question] of (currentConversation()?.queue ?? []).entries()) {
    const item = document.createElement("li"), words = document.createElement("span"), away = document.createElement("button");
    words.textContent = "Queued: " + question;
    away.type = "button"; away.dataset.unqueue = at; away.textContent = "×";
    away.setAttribute("aria-label", "Remove from the queue: " + question);
    item.append(words, away);
    place.append(item);
  }
};

export const askNext = () => {
  const conversation = currentConversation();
  if (state.busy || document.body.classList.contains("lost") || !conversation?.queue?.length) return;
  if (conversation.turns.some((turn) => turn.state === "asking")) return;
  const question = conversation.queue.shift();
  write(conversation);
  drawQueue();
  ask(question);
};

export const keep = (text) => {
  let turn;
  // The same record comes again when this question never got through.
  try { turn = text === state.kept ? null : JSON.parse(text); } catch { turn = null; }
  state.kept = text;
  if (turn && turn.conversation) {
    const conversation = read(turn.conversation);
    const at = conversation ? conversation.turns.findIndex((other) => other.id === turn.id) : -1;
    if (at >= 0) { conversation.turns[at] = turn; write(conversation); }
  }
  if (!turn) lost();
  else if (turn.id === state.turn) setBusy(false);
  drawList();
  setTimeout(askNext, 50);
};

// The connection is gone: what had begun stays open until the page is back, what never reached the server stays in the box.
export const lost = () => {
  if (!state.busy) return;
  const conversation = currentConversation(), turn = conversation?.turns.at(-1);
  setBusy(false);
  document.body.classList.add("lost");
  if (turn?.state !== "asking" || document.querySelector(`[data-turn="${turn.id}"]`)) return;
  conversation.turns.pop();
  if (conversation.turns.length) write(conversation); else { drop(conversation.id); setCurrent(null); }
  if (!questionBox()?.value) fill(turn.question);
};

export const ask = (question, options = {}) => { state.pending = { question, ...options }; $("byline-send")?.click(); };

export const setBusy = (busy) => {
  state.busy = busy;
  document.body.classList.toggle("busy", busy);
  if (busy) { $("byline-stop")?.removeAttribute("tabindex"); }
};

// Editing a question: it replaces the old one and what came after it.
export const edit = (turn) => {
  state.editing = turn?.id ?? null;
  document.body.classList.toggle("editing", !!turn);
  if (turn) fill(turn.question);
};

export const fill = (text) => {
  const box = questionBox();
  if (!box) return;
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
};

// A chip under a question: ask again without that limit, or with it again.
export const useChip = (data, turn, at) => {
  const key = data.chip === "outlet" ? "outlet:" + data.value : data.chip;
  let filters = { ...(turn.chosen ?? {}) };
  if (data.off === "1") filters.ignore = (filters.ignore ?? []).filter((name) => name !== key);
  else if (data.implied === "1") filters.ignore = [...(filters.ignore ?? []), key];
  else filters = without(filters, data.chip === "outlet" ? "outlets" : data.chip, data.value);
  if (data.implied !== "1" && data.off !== "1") setFilters(without(state.filters, data.chip === "outlet" ? "outlets" : data.chip, data.value));
  again(turn, at, filters);
};

export const again = async (turn, at, filters) => {
  const later = (currentConversation()?.turns.length ?? 0) - at - 1;
  if (later > 0 && !await sure(`This replaces the answer and deletes the ${later} after it.`, "Ask again")) return;
  ask(turn.question, { from: at, filters });
};
