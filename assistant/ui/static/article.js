// The sources and the article beside the answer: opening it at a quotation, going from one to the next.
// What it inserts as HTML was escaped by the server.
import { $, state } from "./shared.js";
import { currentConversation } from "./conversations.js";

export let opened = { key: "", at: 0 };

export const closeArticle = () => {
  opened = { key: "", at: 0 };
  const place = $("byline-article");
  if (place) place.textContent = "";
  document.body.classList.remove("has-article", "sheet");
  for (const card of document.querySelectorAll(".card.is-open")) card.classList.remove("is-open");
};

export const openArticle = async (article, version, quotes, number, quiet) => {
  const place = $("byline-article");
  if (!place) return;
  const key = [article, version, quotes].join("|");
  if (!quiet) document.body.classList.add("sheet");
  document.body.classList.add("has-article");
  if (key !== opened.key) {
    opened = { key, at: 0 };
    const reply = await fetch("/byline/article?" + new URLSearchParams({ id: article, version, quotes }));
    const text = await reply.text();
    if (key !== opened.key) return;
    place.innerHTML = text; // escaped by the server
  }
  for (const card of document.querySelectorAll(".card")) {
    card.classList.toggle("is-open", card.dataset.version === version && card.dataset.article === article);
  }
  const marks = quotations();
  const at = marks.findIndex((group) => group.number === String(number));
  toQuotation(at < 0 ? 0 : at);
};

// One quotation may be several marks: it can run over a line's end or a marked span.
const quotations = () => {
  const groups = new Map();
  for (const mark of document.querySelectorAll("#byline-article mark")) {
    for (const number of mark.dataset.quote.split(" ")) {
      if (!groups.has(number)) groups.set(number, { number, marks: [] });
      groups.get(number).marks.push(mark);
    }
  }
  return [...groups.values()];
};

export const toQuotation = (at) => {
  const groups = quotations();
  for (const mark of document.querySelectorAll("#byline-article mark.now")) mark.classList.remove("now");
  if (!groups.length) { const place = $("byline-article"); if (place) place.scrollTop = 0; return; }
  opened.at = (at + groups.length) % groups.length;
  const group = groups[opened.at];
  group.marks.forEach((mark) => mark.classList.add("now"));
  const place = $("byline-article"), mark = group.marks[0];
  // In the middle of what the article's head leaves free; a long quotation begins right below the head.
  const box = mark.getBoundingClientRect(), last = group.marks.at(-1).getBoundingClientRect();
  const head = place.querySelector(".head")?.offsetHeight ?? 0, free = place.clientHeight - head;
  const above = Math.max(8, Math.min(free * 0.4, (free - (last.bottom - box.top)) / 2));
  place.scrollTo({ top: box.top - place.getBoundingClientRect().top + place.scrollTop - head - above, behavior: "instant" });
  const label = place.querySelector(".at");
  if (label) label.textContent = opened.at + 1 + " of " + groups.length;
  for (const button of document.querySelectorAll(".cite")) {
    button.classList.toggle("now", button.dataset.cite === group.number && sourcesTurn() === turnOf(button));
  }
};

export const turnOf = (element) => element.closest("[data-turn]")?.dataset.turn;

export const sourcesTurn = () => document.querySelector("#byline-sources [data-turn]")?.dataset.turn;

const cardOf = (number) => [...document.querySelectorAll("#byline-sources .card")]
  .find((card) => card.dataset.quotes.split(",").some((row) => row.startsWith(number + ":")));

export const openCitation = (number, quiet) => {
  const card = cardOf(number);
  if (!card) return;
  if (!quiet || card.getBoundingClientRect().height) card.scrollIntoView({ block: "nearest" });
  openArticle(card.dataset.article, card.dataset.version, card.dataset.quotes, number, quiet);
};

// An earlier turn's marker first brings that turn's sources.
export const cite = (button) => {
  const number = button.dataset.cite, turn = turnOf(button);
  if (!turn || turn === sourcesTurn()) { openCitation(number, false); return; }
  state.sourcesOf = turn;
  state.then = () => openCitation(number, false);
  $("byline-other")?.click();
};

export const sourcesOf = () => {
  const turn = currentConversation()?.turns.find((other) => other.id === state.sourcesOf);
  return JSON.stringify({ turns: turn ? [turn] : [] });
};

export const sourcesShown = () => { const then = state.then; state.then = null; requestAnimationFrame(() => then?.()); };
