// While an answer grows: the page follows it down unless the reader scrolled up, and the quotation stays in view.
import { openCitation, opened, sourcesTurn, toQuotation } from "./article.js";
import { $, narrow, state } from "./shared.js";

export const watch = (begun) => {
  const scroll = $("byline-scroll"), live = $("byline-live"), sources = $("byline-sources");
  if (!scroll || !live || !sources) { setTimeout(watch, 100, begun); return; }
  scroll.addEventListener("scroll", () => {
    state.following = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  }, { passive: true });
  // Down to the newest sentence, but never so far that the question goes out of view.
  const follow = () => {
    const top = live.getBoundingClientRect().top - scroll.getBoundingClientRect().top + scroll.scrollTop - 16;
    scroll.scrollTop = Math.min(scroll.scrollHeight, Math.max(0, top));
  };
  new MutationObserver(() => { if (state.following && state.busy) follow(); })
    .observe(live, { childList: true, subtree: true, characterData: true });
  new MutationObserver(() => {
    const first = document.querySelector("#byline-sources .card");
    if (first && !opened.key && !narrow() && state.busy && sourcesTurn() === state.turn) openCitation(first.dataset.quotes.split(":")[0], true);
  }).observe(sources, { childList: true, subtree: true });
  // The cards above grow while the answer comes: the quotation stays in view until the reader scrolls.
  const article = $("byline-article");
  new ResizeObserver(() => { if (opened.key && !opened.moved) toQuotation(opened.at); }).observe(article);
  for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    article.addEventListener(kind, () => { opened.moved = true; }, { passive: true });
  }
  // What the reader opens comes into view; what comes open already stays where it is.
  sources.addEventListener("click", (event) => {
    const opens = event.target.closest("summary")?.parentElement;
    if (opens) requestAnimationFrame(() => { if (opens.open) opens.scrollIntoView({ block: "start" }); });
  });
  begun();
};
