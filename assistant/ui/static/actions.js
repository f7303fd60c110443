// What the page's buttons do: `tools` under an answer, `doings` everywhere else. Other files add theirs.
import { closeArticle, sourcesTurn } from "./article.js";
import { again, edit, setBusy } from "./asking.js";
import { setFilters, toggleFilters } from "./filters.js";
import { $, narrow, post, questionBox, save, say, state, sure } from "./shared.js";
import { drawList, drop, list, setCurrent, talkNow } from "./talks.js";

export const openTalk = (id) => {
  setCurrent(id);
  setBusy(false);
  edit(null);
  setFilters(talkNow()?.filters ?? {});
  closeArticle();
  drawList();
  $("byline-show")?.click();
  document.body.classList.remove("side-open");
};

const plainText = (turn) => {
  const notes = (turn.citations ?? []).map((c) =>
    `[${c.number}] ${[c.outlet, (c.published_at ?? "").slice(0, 10) || "date not given", c.title].filter(Boolean).join(", ")}: “${c.quote}”`);
  return [(turn.sentences ?? []).map((s) => s.text).join(" "), "", ...notes].join("\n");
};

const exported = async (form) => {
  const talk = talkNow();
  if (!talk?.turns.length) { say("There is nothing to export yet."); return; }
  const reply = await post("/byline/export/" + form, { name: talk.name, turns: talk.turns });
  if (!reply.ok) { say(await reply.text()); return; }
  const name = (talk.name || "conversation").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60);
  save(name + (form === "json" ? ".json" : ".md"), reply.headers.get("content-type"), await reply.text());
};

export const tools = {
  copy: (turn) => navigator.clipboard.writeText(plainText(turn)).then(() => say("Copied."), () => say("Copying is not allowed here.")),
  again: (turn, at) => again(turn, at, turn.chosen ?? {}),
  edit: (turn) => edit(turn),
  sources: (turn) => {
    if (turn.id !== sourcesTurn() || narrow()) closeArticle();
    document.body.classList.add("sheet");
    if (turn.id === sourcesTurn()) return;
    state.sourcesOf = turn.id;
    $("byline-other")?.click();
  },
};

export const doings = {
  new: () => { openTalk(""); questionBox()?.focus(); },
  wipe: async () => {
    if (!await sure("All conversations in this browser will be deleted.", "Delete all")) return;
    list().forEach((talk) => drop(talk.id));
    openTalk("");
  },
  sheet: () => document.body.classList.toggle("sheet"),
  "all-sources": () => { closeArticle(); document.body.classList.add("sheet"); },
  side: () => document.body.classList.toggle("side-open"),
  sources: () => document.body.classList.add("sheet"),
  filters: (button) => toggleFilters(button.getAttribute("aria-expanded") !== "true"),
  "no-filters": () => setFilters({}),
  "close-filters": () => { toggleFilters(false); document.querySelector('[data-do="filters"]')?.focus(); },
  "no-edit": () => edit(null),
  "export-markdown": () => exported("markdown"),
  "export-json": () => exported("json"),
};

export const dropTalk = (id) => {
  drop(id);
  if (id === state.current) openTalk(""); else drawList();
};
