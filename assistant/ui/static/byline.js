// The page's own part in the browser: conversations in local storage, the article beside the answer,
// keys. It never makes HTML: what it inserts was escaped by the server, what it writes is textContent.
(() => {
  "use strict";
  const PREFIX = "byline:conversation:";
  const $ = (id) => document.getElementById(id);
  const state = { current: null, pending: null, busy: false, turn: null, filters: {} };

  // Conversations

  const read = (id) => {
    try { return JSON.parse(localStorage.getItem(PREFIX + id)); } catch { return null; }
  };
  const write = (talk) => {
    talk.changed = Date.now();
    for (;;) {
      try { localStorage.setItem(PREFIX + talk.id, JSON.stringify(talk)); return; } catch (error) {
        const oldest = list().filter((other) => other.id !== talk.id).pop();
        if (!oldest) { say("This conversation is too long to be kept in this browser."); return; }
        localStorage.removeItem(PREFIX + oldest.id);
      }
    }
  };
  const list = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
    .map((key) => read(key.slice(PREFIX.length))).filter((talk) => talk && Array.isArray(talk.turns))
    .sort((a, b) => b.changed - a.changed);
  const fresh = () => ({ id: newId(), name: "", changed: Date.now(), turns: [] });
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(9)), (b) => b.toString(16).padStart(2, "0")).join("");
  const talkNow = () => (state.current && read(state.current)) || null;

  const drawList = () => {
    const place = $("byline-conversations");
    if (!place) return;
    place.textContent = "";
    for (const talk of list()) {
      const item = document.createElement("li");
      const open = document.createElement("button");
      open.type = "button"; open.className = "talk"; open.dataset.talk = talk.id; open.textContent = talk.name || "New conversation";
      open.title = talk.name;
      if (talk.id === state.current) open.setAttribute("aria-current", "true");
      const drop = document.createElement("button");
      drop.type = "button"; drop.className = "drop"; drop.dataset.drop = talk.id; drop.textContent = "×";
      drop.setAttribute("aria-label", "Delete conversation: " + (talk.name || "New conversation"));
      item.append(open, drop);
      place.append(item);
    }
    document.body.classList.toggle("no-talks", !place.children.length);
  };

  const openTalk = (id) => {
    state.current = id;
    if (id) localStorage.setItem("byline:current", id); else localStorage.removeItem("byline:current");
    setBusy(false);
    closeArticle();
    drawList();
    $("byline-show")?.click();
    document.body.classList.remove("side-open");
  };

  // Asking

  const begin = (question) => {
    const asked = (state.pending?.question ?? question ?? "").trim();
    if (!asked) {
      document.querySelector("#byline-question textarea")?.focus();
      throw new Error("nothing asked");
    }
    const options = state.pending ?? {};
    state.pending = null;
    let talk = talkNow() || fresh();
    if (options.from !== undefined) talk.turns = talk.turns.slice(0, options.from);
    const before = talk.turns.filter((turn) => turn.state !== "asking");
    const turn = { id: newId(), conversation: talk.id, question: asked, state: "asking" };
    talk.turns = [...before, turn];
    talk.name = talk.name || asked.slice(0, 80);
    state.current = talk.id;
    state.turn = turn.id;
    localStorage.setItem("byline:current", talk.id);
    write(talk);
    drawList();
    setBusy(true);
    closeArticle();
    following = true;
    const filters = options.filters ?? state.filters;
    return [asked, JSON.stringify({ conversation: talk.id, turn: turn.id, turns: before, filters })];
  };

  const keep = (text) => {
    let turn;
    try { turn = JSON.parse(text); } catch { turn = null; }
    if (turn && turn.conversation) {
      const talk = read(turn.conversation);
      const at = talk ? talk.turns.findIndex((other) => other.id === turn.id) : -1;
      if (at >= 0) { talk.turns[at] = turn; write(talk); }
    }
    if (!turn || turn.id === state.turn) setBusy(false);
    drawList();
  };

  const restore = () => {
    if (state.current === null) state.current = localStorage.getItem("byline:current");
    const talk = talkNow();
    const turns = (talk?.turns ?? []).map((turn) => turn.state === "asking"
      ? { ...turn, state: "failed", reason: "The page was left before the answer was there. Ask again." } : turn);
    if (talk) { talk.turns = turns; localStorage.setItem(PREFIX + talk.id, JSON.stringify(talk)); }
    drawList();
    return JSON.stringify({ turns });
  };

  const shown = () => { const box = $("byline-scroll"); if (box) box.scrollTop = box.scrollHeight; };

  const ask = (question, options = {}) => { state.pending = { question, ...options }; $("byline-send")?.click(); };

  const setBusy = (busy) => {
    state.busy = busy;
    document.body.classList.toggle("busy", busy);
    if (busy) { $("byline-stop")?.removeAttribute("tabindex"); }
  };

  // The article beside the answer

  let opened = { key: "", at: 0 };
  const closeArticle = () => {
    opened = { key: "", at: 0 };
    const place = $("byline-article");
    if (place) place.textContent = "";
    document.body.classList.remove("has-article", "sheet");
    for (const card of document.querySelectorAll(".card.is-open")) card.classList.remove("is-open");
  };

  const openArticle = async (article, version, quotes, number, quiet) => {
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

  const toQuotation = (at) => {
    const groups = quotations();
    for (const mark of document.querySelectorAll("#byline-article mark.now")) mark.classList.remove("now");
    if (!groups.length) { const place = $("byline-article"); if (place) place.scrollTop = 0; return; }
    opened.at = (at + groups.length) % groups.length;
    const group = groups[opened.at];
    group.marks.forEach((mark) => mark.classList.add("now"));
    const place = $("byline-article"), mark = group.marks[0];
    const offset = mark.getBoundingClientRect().top - place.getBoundingClientRect().top + place.scrollTop;
    place.scrollTo({ top: offset - place.clientHeight / 3, behavior: "instant" });
    const label = place.querySelector(".at");
    if (label) label.textContent = opened.at + 1 + " of " + groups.length;
    for (const button of document.querySelectorAll(".cite")) {
      button.classList.toggle("now", button.dataset.cite === group.number && sourcesTurn() === turnOf(button));
    }
  };

  const turnOf = (element) => element.closest("[data-turn]")?.dataset.turn;
  const sourcesTurn = () => document.querySelector("#byline-sources [data-turn]")?.dataset.turn;
  const cardOf = (number) => [...document.querySelectorAll("#byline-sources .card")]
    .find((card) => card.dataset.quotes.split(",").some((row) => row.startsWith(number + ":")));

  const openCitation = (number, quiet) => {
    const card = cardOf(number);
    if (!card) return;
    if (!quiet || card.getBoundingClientRect().height) card.scrollIntoView({ block: "nearest" });
    openArticle(card.dataset.article, card.dataset.version, card.dataset.quotes, number, quiet);
  };

  // An earlier turn's marker first brings that turn's sources.
  const cite = (button) => {
    const number = button.dataset.cite, turn = turnOf(button);
    if (!turn || turn === sourcesTurn()) { openCitation(number, false); return; }
    state.sourcesOf = turn;
    state.then = () => openCitation(number, false);
    $("byline-other")?.click();
  };
  const sourcesOf = () => {
    const turn = talkNow()?.turns.find((other) => other.id === state.sourcesOf);
    return JSON.stringify({ turns: turn ? [turn] : [] });
  };
  const sourcesShown = () => { const then = state.then; state.then = null; requestAnimationFrame(() => then?.()); };

  // Following the answer down while it grows, unless the reader scrolled up.
  let following = true;
  const watch = () => {
    const scroll = $("byline-scroll"), live = $("byline-live"), sources = $("byline-sources");
    if (!scroll || !live || !sources) { setTimeout(watch, 100); return; }
    scroll.addEventListener("scroll", () => {
      following = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    }, { passive: true });
    new MutationObserver(() => { if (following && state.busy) scroll.scrollTop = scroll.scrollHeight; })
      .observe(live, { childList: true, subtree: true, characterData: true });
    new MutationObserver(() => {
      const first = document.querySelector("#byline-sources .card");
      if (first && !opened.key && state.busy) openCitation(first.dataset.quotes.split(":")[0], true);
    }).observe(sources, { childList: true, subtree: true });
    drawList();
  };

  const say = (text) => {
    let place = $("byline-say");
    if (!place) {
      place = document.createElement("div");
      place.id = "byline-say"; place.setAttribute("role", "status");
      document.body.append(place);
    }
    place.textContent = text;
    place.classList.add("on");
    clearTimeout(say.timer);
    say.timer = setTimeout(() => place.classList.remove("on"), 2500);
  };

  // Clicks and keys

  const tools = {
    copy: (turn) => navigator.clipboard.writeText(plainText(turn)).then(() => say("Copied."), () => say("Copying is not allowed here.")),
    again: (turn, at) => ask(turn.question, { from: at }),
    edit: (turn) => {
      const box = document.querySelector("#byline-question textarea");
      if (!box) return;
      box.value = turn.question;
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.focus();
    },
  };
  const plainText = (turn) => {
    const notes = (turn.citations ?? []).map((c) =>
      `[${c.number}] ${[c.outlet, (c.published_at ?? "").slice(0, 10) || "date not given", c.title].filter(Boolean).join(", ")}: “${c.quote}”`);
    return [(turn.sentences ?? []).map((s) => s.text).join(" "), "", ...notes].join("\n");
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button) {
      if (document.body.classList.contains("side-open") && !event.target.closest("#byline-left")) document.body.classList.remove("side-open");
      return;
    }
    const data = button.dataset;
    if (data.cite) cite(button);
    else if (data.open) openArticle(data.article, data.open, data.quotes ?? "", 0, false);
    else if (data.step) toQuotation(opened.at + Number(data.step));
    else if (data.example) ask(data.example);
    else if (data.talk) openTalk(data.talk);
    else if (data.drop) {
      localStorage.removeItem(PREFIX + data.drop);
      if (data.drop === state.current) openTalk(""); else drawList();
    } else if (data.tool && tools[data.tool]) {
      const turns = talkNow()?.turns ?? [], at = turns.findIndex((turn) => turn.id === turnOf(button));
      if (at >= 0) tools[data.tool](turns[at], at);
    } else if (data.do && doings[data.do]) doings[data.do](button);
    if (button.id === "byline-stop") document.body.classList.add("stopping");
  });

  const doings = {
    new: () => { openTalk(""); document.querySelector("#byline-question textarea")?.focus(); },
    wipe: () => {
      if (!confirm("Delete all conversations in this browser?")) return;
      list().forEach((talk) => localStorage.removeItem(PREFIX + talk.id));
      openTalk("");
    },
    sheet: () => document.body.classList.toggle("sheet"),
    side: () => document.body.classList.toggle("side-open"),
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (document.body.classList.contains("sheet")) document.body.classList.remove("sheet");
      else if (document.body.classList.contains("side-open")) document.body.classList.remove("side-open");
      else if (state.busy) $("byline-stop")?.click();
      return;
    }
    if (event.target.closest?.("input, textarea, select, [contenteditable]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j" || event.key === "n") toQuotation(opened.at + 1);
    else if (event.key === "k" || event.key === "p") toQuotation(opened.at - 1);
    else if (event.key === "/") { event.preventDefault(); document.querySelector("#byline-question textarea")?.focus(); }
  });

  window.byline = { begin, keep, restore, shown, sourcesOf, sourcesShown, say, state, doings, tools, ask, list, read };
  watch();
})();
