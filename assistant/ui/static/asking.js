// Asking: what is sent, what is kept of the answer, asking again, editing, and what is left when the server goes away.
import { closeArticle } from "./article.js";
import { setFilters, without } from "./filters.js";
import { $, questionBox, state, sure } from "./shared.js";
import { drawList, drop, fresh, newId, read, setCurrent, talkNow, write } from "./talks.js";

export const begin = (question) => {
  const asked = (state.pending?.question ?? question ?? "").trim();
  if (!asked) {
    questionBox()?.focus();
    throw new Error("nothing asked");
  }
  const options = state.pending ?? {};
  state.pending = null;
  let talk = talkNow() || fresh();
  const from = options.from ?? talk.turns.findIndex((turn) => turn.id === state.editing);
  if (from >= 0) talk.turns = talk.turns.slice(0, from);
  edit(null);
  const before = talk.turns.filter((turn) => turn.state !== "asking");
  const turn = { id: newId(), conversation: talk.id, question: asked, state: "asking" };
  talk.turns = [...before, turn];
  if (!before.length) talk.name = asked.slice(0, 80);
  talk.filters = state.filters;
  state.turn = turn.id;
  setCurrent(talk.id);
  write(talk);
  drawList();
  setBusy(true);
  closeArticle();
  state.following = true;
  const filters = options.filters ?? state.filters;
  return [asked, JSON.stringify({ conversation: talk.id, turn: turn.id, turns: before, filters })];
};

export const keep = (text) => {
  let turn;
  // What was kept before comes again when this question never got through.
  try { turn = text === state.kept ? null : JSON.parse(text); } catch { turn = null; }
  state.kept = text;
  if (turn && turn.conversation) {
    const talk = read(turn.conversation);
    const at = talk ? talk.turns.findIndex((other) => other.id === turn.id) : -1;
    if (at >= 0) { talk.turns[at] = turn; write(talk); }
  }
  if (!turn) lost();
  else if (turn.id === state.turn) setBusy(false);
  drawList();
};

// The server went away: what it had begun is marked, what never reached it stays in the box.
export const lost = () => {
  if (!state.busy) return;
  const talk = talkNow(), turn = talk?.turns.at(-1);
  setBusy(false);
  document.body.classList.add("lost");
  if (turn?.state !== "asking") return;
  const trace = document.querySelector(`[data-turn="${turn.id}"] .trace`);
  turn.state = "failed";
  turn.reason = "The connection was lost before the answer was there. Ask again.";
  if (trace) trace.textContent = turn.reason;
  else talk.turns.pop();
  if (talk.turns.length) write(talk); else { drop(talk.id); setCurrent(null); }
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
  const later = (talkNow()?.turns.length ?? 0) - at - 1;
  if (later > 0 && !await sure(`This replaces the answer and removes the ${later} after it.`, "Ask again")) return;
  ask(turn.question, { from: at, filters });
};
