// The page's own part in the browser: conversations in local storage, the article beside the answer,
// keys. It never makes HTML: what it inserts was escaped by the server, what it writes is textContent.
(() => {
  "use strict";
  // Each user of a shared browser has conversations of their own.
  const USER = document.querySelector('meta[name="byline-user"]')?.content ?? "";
  const PREFIX = "byline:conversation:" + (USER ? USER + ":" : "");
  const CURRENT = "byline:current" + (USER ? ":" + USER : "");
  const $ = (id) => document.getElementById(id);
  const state = { current: null, pending: null, busy: false, turn: null, filters: {}, editing: null, missed: 0 };

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
  const list = () => Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX) && !key.slice(PREFIX.length).includes(":"))
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
    if (id) localStorage.setItem(CURRENT, id); else localStorage.removeItem(CURRENT);
    setBusy(false);
    edit(null);
    setFilters(talkNow()?.filters ?? {});
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
    const from = options.from ?? talk.turns.findIndex((turn) => turn.id === state.editing);
    if (from >= 0) talk.turns = talk.turns.slice(0, from);
    edit(null);
    const before = talk.turns.filter((turn) => turn.state !== "asking");
    const turn = { id: newId(), conversation: talk.id, question: asked, state: "asking" };
    talk.turns = [...before, turn];
    if (!before.length) talk.name = asked.slice(0, 80);
    talk.filters = state.filters;
    state.current = talk.id;
    state.turn = turn.id;
    localStorage.setItem(CURRENT, talk.id);
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
  const lost = () => {
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
    if (talk.turns.length) write(talk); else { localStorage.removeItem(PREFIX + talk.id); localStorage.removeItem(CURRENT); }
  };
  const beat = async () => {
    const gone = document.body.classList.contains("lost");
    if (state.busy || gone) {
      let health = null;
      try { health = await (await fetch("/health", { cache: "no-store" })).json(); } catch { /* counted below */ }
      state.missed = health ? 0 : state.missed + 1;
      if (state.missed >= 2) lost();
      if (gone && health?.page) {
        location.reload();
        return;
      }
    }
    setTimeout(beat, 1500);
  };

  const restore = () => {
    if (state.current === null) state.current = localStorage.getItem(CURRENT);
    const talk = talkNow();
    const turns = (talk?.turns ?? []).map((turn) => turn.state === "asking"
      ? { ...turn, state: "failed", reason: "The page was left before the answer was there. Ask again." } : turn);
    if (talk) { talk.turns = turns; localStorage.setItem(PREFIX + talk.id, JSON.stringify(talk)); }
    drawList();
    return JSON.stringify({ turns });
  };

  const shown = () => {
    const box = $("byline-scroll"), draft = sessionStorage.getItem("byline:draft");
    if (box) box.scrollTop = box.scrollHeight;
    setFilters(talkNow()?.filters ?? {});
    sessionStorage.removeItem("byline:draft");
    if (draft) fill(draft);
  };

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
    place.scrollTo({ top: offset - place.clientHeight * 0.4, behavior: "instant" });
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
      if (first && !opened.key && state.busy && sourcesTurn() === state.turn) openCitation(first.dataset.quotes.split(":")[0], true);
    }).observe(sources, { childList: true, subtree: true });
    // The cards above grow while the answer comes: the quotation stays in view until the reader scrolls.
    const article = $("byline-article");
    new ResizeObserver(() => { if (opened.key && !opened.moved) toQuotation(opened.at); }).observe(article);
    for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) {
      article.addEventListener(kind, () => { opened.moved = true; }, { passive: true });
    }
    sources.addEventListener("toggle", (event) => { if (event.target.open) event.target.scrollIntoView({ block: "start" }); }, true);
    drawList();
    setFilters(talkNow()?.filters ?? {});
    beat();
    awaitLibrary();
  };

  // The empty page says "loading" until the library is there.
  const awaitLibrary = async () => {
    if (document.querySelector(".welcome.loading")) {
      try {
        const health = await (await fetch("/health", { cache: "no-store" })).json();
        if (!health.loading) $("byline-show")?.click();
      } catch { /* asked again below */ }
    }
    setTimeout(awaitLibrary, 700);
  };

  // Editing a question: it replaces the old one and what came after it.
  const edit = (turn) => {
    state.editing = turn?.id ?? null;
    document.body.classList.toggle("editing", !!turn);
    if (turn) fill(turn.question);
  };
  const fill = (text) => {
    const box = document.querySelector("#byline-question textarea");
    if (!box) return;
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  };

  // Filters: chosen in the panel, shown as chips over the question, kept with the conversation.
  const setFilters = (filters) => {
    state.filters = filters;
    const talk = talkNow();
    if (talk && JSON.stringify(talk.filters ?? {}) !== JSON.stringify(filters)) { talk.filters = filters; localStorage.setItem(PREFIX + talk.id, JSON.stringify(talk)); }
    const place = $("byline-chosen");
    if (!place) return;
    place.textContent = "";
    const words = { since: "from ", until: "until ", as_of: "as of " };
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
  const without = (filters, key, value) => {
    const left = { ...filters };
    if (key === "outlets") left.outlets = (filters.outlets ?? []).filter((name) => name !== value);
    else delete left[key];
    return left;
  };
  const readFilters = () => {
    const boxes = [...document.querySelectorAll("#byline-filters input")], filters = {};
    const outlets = boxes.filter((box) => box.type === "checkbox" && box.checked).map((box) => box.value);
    if (outlets.length) filters.outlets = outlets;
    for (const box of boxes) if (box.type === "date" && box.value) filters[box.name] = box.value;
    const wrong = filters.since && filters.until && filters.since > filters.until;
    const place = $("byline-filters-wrong");
    if (place) place.textContent = wrong ? "The first day is after the last one: nothing fits." : "";
    setFilters(filters);
  };
  const toggleFilters = async (open) => {
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
  // A chip under a question: ask again without that limit, or with it again.
  const useChip = (data, turn, at) => {
    const key = data.chip === "outlet" ? "outlet:" + data.value : data.chip;
    let filters = { ...(turn.chosen ?? {}) };
    if (data.off === "1") filters.ignore = (filters.ignore ?? []).filter((name) => name !== key);
    else if (data.implied === "1") filters.ignore = [...(filters.ignore ?? []), key];
    else filters = without(filters, data.chip === "outlet" ? "outlets" : data.chip, data.value);
    if (data.implied !== "1" && data.off !== "1") setFilters(without(state.filters, data.chip === "outlet" ? "outlets" : data.chip, data.value));
    again(turn, at, filters);
  };
  const again = (turn, at, filters) => {
    const later = (talkNow()?.turns.length ?? 0) - at - 1;
    if (later > 0 && !confirm(`This replaces the answer and removes the ${later} after it. Ask again?`)) return;
    ask(turn.question, { from: at, filters });
  };

  const save = (name, type, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const exported = async (form) => {
    const talk = talkNow();
    if (!talk?.turns.length) { say("There is nothing to export yet."); return; }
    const reply = await post("/byline/export/" + form, { name: talk.name, turns: talk.turns });
    if (!reply.ok) { say(await reply.text()); return; }
    const name = (talk.name || "conversation").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60);
    save(name + (form === "json" ? ".json" : ".md"), reply.headers.get("content-type"), await reply.text());
  };
  const post = (address, body) => fetch(address, {
    method: "POST", headers: { "content-type": "application/json", "x-byline": "1" }, body: JSON.stringify(body ?? {}),
  });

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
    again: (turn, at) => again(turn, at, turn.chosen ?? {}),
    edit: (turn) => edit(turn),
    sources: (turn) => {
      document.body.classList.add("sheet");
      if (turn.id === sourcesTurn()) return;
      closeArticle();
      document.body.classList.add("sheet");
      state.sourcesOf = turn.id;
      $("byline-other")?.click();
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
    } else if (data.unset) setFilters(without(state.filters, data.unset, data.value));
    else if (data.chip) {
      const turns = talkNow()?.turns ?? [], at = turns.findIndex((turn) => turn.id === turnOf(button));
      if (at >= 0 && !state.busy) useChip(data, turns[at], at);
    } else if (data.tool && tools[data.tool]) {
      const turns = talkNow()?.turns ?? [], at = turns.findIndex((turn) => turn.id === turnOf(button));
      if (at >= 0) tools[data.tool](turns[at], at);
    } else if (data.do && doings[data.do]) doings[data.do](button);
  });
  document.addEventListener("change", (event) => { if (event.target.closest?.("#byline-filters")) readFilters(); });

  const doings = {
    new: () => { openTalk(""); document.querySelector("#byline-question textarea")?.focus(); },
    wipe: () => {
      if (!confirm("Delete all conversations in this browser?")) return;
      list().forEach((talk) => localStorage.removeItem(PREFIX + talk.id));
      openTalk("");
    },
    sheet: () => document.body.classList.toggle("sheet"),
    side: () => document.body.classList.toggle("side-open"),
    sources: () => document.body.classList.add("sheet"),
    filters: (button) => toggleFilters(button.getAttribute("aria-expanded") !== "true"),
    "no-filters": () => setFilters({}),
    "close-filters": () => { toggleFilters(false); document.querySelector('[data-do="filters"]')?.focus(); },
    "no-edit": () => edit(null),
    "export-markdown": () => exported("markdown"),
    "export-json": () => exported("json"),
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if ($("byline-filters")?.hidden === false) doings["close-filters"]();
      else if (document.body.classList.contains("sheet") && matchMedia("(max-width: 760px)").matches) document.body.classList.remove("sheet");
      else if (document.body.classList.contains("side-open")) document.body.classList.remove("side-open");
      else if (state.editing) edit(null);
      else if (state.busy) $("byline-stop")?.click();
      return;
    }
    if (event.target.closest?.("input, textarea, select, [contenteditable]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j" || event.key === "n") toQuotation(opened.at + 1);
    else if (event.key === "k" || event.key === "p") toQuotation(opened.at - 1);
    else if (event.key === "/") { event.preventDefault(); document.querySelector("#byline-question textarea")?.focus(); }
  });

  // Gradio reloads by itself when a server comes back; what was typed outlives any reload.
  addEventListener("pagehide", () => {
    const typed = document.querySelector("#byline-question textarea")?.value;
    if (typed) sessionStorage.setItem("byline:draft", typed);
  });

  window.byline = { begin, keep, restore, shown, sourcesOf, sourcesShown, say, state, doings, tools, ask, list, read, write, talkNow, turnOf, post, openTalk, openArticle };
  watch();
})();
