// What the page's buttons do: `answerActions` under an answer, `pageActions` everywhere else. Other files add theirs.
import { closeArticle, sourcesTurn } from "./article.js";
import { again, drawQueue, edit, setBusy } from "./asking.js";
import { setFilters, toggleFilters } from "./filters.js";
import { $, narrow, post, questionBox, save, say, state, sure } from "./shared.js";
import { drawList, drop, list, setCurrent, currentConversation } from "./conversations.js";

export const openConversation = (id) => {
  setCurrent(id);
  setBusy(false);
  edit(null);
  setFilters(currentConversation()?.filters ?? {});
  closeArticle();
  drawList();
  $("byline-show")?.click();
  document.body.classList.remove("side-open");
};

const plainText = (turn) => {
  const notes = (turn.citations ?? []).map((c) =>
    `[${c.number}] ${[c.outlet, (c.published_at ?? "").slice(0, 10) || "No date", c.title].filter(Boolean).join(", ")}: “${c.quote}”`);
  const lines = [];
  let entry = null;
  for (const said of turn.sentences ?? []) {
    const words = (said.quoted && !said.text.startsWith("“") ? `“${said.text}”` : said.text) + (said.verdict === "check" ? " (check)" : "");
    if (lines.length && (said.entry ?? 0) === entry) lines[lines.length - 1] += " " + words;
    else lines.push(said.label ? `${said.label}: ${words}` : words);
    entry = said.entry ?? 0;
  }
  return [...lines, ...(turn.limitations ?? []), "", ...notes].join("\n");
};

const exported = async (form) => {
  const conversation = currentConversation();
  if (!conversation?.turns.length) { say("Nothing to export yet."); return; }
  const reply = await post("/byline/export/" + form, { name: conversation.name, turns: conversation.turns });
  if (!reply.ok) { say(await reply.text()); return; }
  const name = (conversation.name || "conversation").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60);
  save(name + (form === "json" ? ".json" : ".md"), reply.headers.get("content-type"), await reply.text());
};

export const answerActions = {
  copy: (turn) => navigator.clipboard.writeText(plainText(turn)).then(() => say("Copied."), () => say("Your browser blocked copying.")),
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

export const pageActions = {
  new: () => { openConversation(""); questionBox()?.focus(); },
  wipe: async () => {
    if (!await sure("This deletes every conversation in this browser.", "Delete all")) return;
    list().forEach((conversation) => drop(conversation.id));
    openConversation("");
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

export const deleteConversation = (id) => {
  drop(id);
  if (id === state.current) openConversation(""); else drawList();
};
